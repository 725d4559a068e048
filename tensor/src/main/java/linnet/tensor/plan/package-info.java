/** Memory plans: the allocations of a program without its memory and its arithmetic. */
package linnet.tensor.plan;
