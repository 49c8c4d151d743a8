package io.tallyflow.functions.identities.block;

/** Is told of identities, one after the other. */
@FunctionalInterface
public interface IdentityVisitor {

    /**
     * @param high the first 64 bits of the identity's hash
     * @param low the other 64 bits
     */
    void visit(long high, long low, long kafkaTimeMillis, long contentHash);
}
