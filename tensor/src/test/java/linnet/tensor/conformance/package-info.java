/**
 * Every primitive on every backend against the reference, over random shapes, layouts and values. Surefire
 * runs this package once for each vector width.
 */
package linnet.tensor.conformance;
