package io.tallyflow.cli.demo;

import java.math.BigDecimal;

/**
 * What one meter counts of one event.
 *
 * @param amount what it adds to the meter's value; 1 for a meter that counts
 */
public record Reading(Cell cell, BigDecimal amount) {}
