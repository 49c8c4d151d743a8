package io.tallyflow.functions.identities.block;

/**
 * What is remembered of the first event of an identity.
 *
 * @param kafkaTimeMillis its record's Kafka timestamp
 * @param contentHash of its type and data
 */
public record FirstSeen(long kafkaTimeMillis, long contentHash) {}
