package io.tallyflow.schemas.usage;

/** A meter took no reading from an event of its type. */
public record IgnoredReading(String meter, IgnoredReason reason) {}
