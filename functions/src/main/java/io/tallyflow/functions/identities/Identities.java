package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.FirstSeen;
import org.jspecify.annotations.Nullable;

/**
 * Remembers identities for the keys of one subtask. An identity is a 128-bit hash, in two parts; it
 * belongs to a key. Confined to the operator's thread.
 */
public interface Identities {

    /** What is remembered of an identity, or null. */
    @Nullable FirstSeen first(int key, long high, long low) throws Exception;

    /**
     * Remembers an identity.
     *
     * @param kafkaTimeMillis of its first event
     * @param contentHash of its first event
     */
    void put(int key, long high, long low, long kafkaTimeMillis, long contentHash) throws Exception;

    /**
     * To be called every now and then between barriers, for work that would hold one up.
     *
     * @param nowMillis the time of writing
     * @param forgottenMillis what was written before may be forgotten
     */
    void tidy(long nowMillis, long forgottenMillis);

    /**
     * Brings everything into state, ahead of a barrier.
     *
     * @param nowMillis the time of writing
     * @param forgottenMillis what was written before may be forgotten
     */
    void write(long nowMillis, long forgottenMillis);

    /** Bytes of memory, about. */
    long bytes();

    /** How often state was read because a filter had no room in memory. */
    long filterReads();
}
