package io.tallyflow.functions.deduplicate;

/** Is told of identities, one after the other. */
@FunctionalInterface
interface IdentityVisitor {

    /**
     * @param high the first 64 bits of the identity's hash
     * @param low the other 64 bits
     */
    void visit(long high, long low, long kafkaTimeMillis, long contentHash);
}
