/** Short programs that use Linnet as a library. */
package linnet.examples;
