package io.tallyflow.schemas.meter;

import java.io.Serializable;

/** One name a meter groups by, and where its value stands in an event's data. */
public record GroupDimension(String name, JsonPath path) implements Serializable {}
