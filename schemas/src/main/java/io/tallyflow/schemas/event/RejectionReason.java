package io.tallyflow.schemas.event;

/** Why a record is not a valid usage event. The names are a public contract. */
public enum RejectionReason {
    /** The record has a null value. */
    TOMBSTONE,
    /** The record, a number or the nesting exceeds its limit. */
    LIMIT,
    /** Not UTF-8. */
    ENCODING,
    /** Not one JSON document, or not a JSON object. */
    JSON,
    /** A JSON object names the same key twice. */
    DUPLICATE_KEY,
    /** The content type is not one that events come in. */
    CONTENT_TYPE,
    /** {@code specversion} is not 1.0. */
    SPEC_VERSION,
    /** A required attribute is missing. */
    MISSING,
    /** An attribute has the wrong JSON type, is empty, too long, or holds control characters. */
    ATTRIBUTE,
    /** A string holds U+0000 or a lone surrogate. */
    TEXT,
    /** {@code time} is not RFC 3339 or outside 1970 to 9999. */
    TIME,
    /** The event's time is more than one day ahead of the record's Kafka timestamp. */
    FUTURE,
    /** {@code data} is neither a JSON object nor null, or comes in a form other than JSON. */
    DATA,
    /** {@code datacontenttype} is not a JSON media type. */
    DATA_CONTENT_TYPE
}
