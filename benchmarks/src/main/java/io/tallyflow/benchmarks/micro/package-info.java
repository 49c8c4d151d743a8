/**
 * JMH benchmarks of hot code that needs no engine. Their classes are public and open because JMH
 * builds on them.
 */
@NullMarked
package io.tallyflow.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
