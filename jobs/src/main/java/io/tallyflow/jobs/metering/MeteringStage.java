package io.tallyflow.jobs.metering;

/**
 * Names and uids of the operators. A uid is a contract with every checkpoint and savepoint: it
 * never changes while state is to be kept, and is not derived from a name.
 */
public enum MeteringStage {
    READ("metering.source.usage-events", "read usage events"),
    PARSE("metering.parse.route-parsed", "route parsed records"),
    DEDUPLICATE("metering.deduplicate.first-of-identity", "let first events through"),
    METER("metering.meter.apply-meters", "apply meters"),
    AGGREGATE("metering.aggregate.usage", "aggregate usage"),
    COMMIT("metering.sink.postgres", "commit to Postgres"),
    REJECTED("metering.sink.rejected", "write rejected records"),
    LATE("metering.sink.late", "write late events"),
    LAKE("metering.sink.lake", "write to the lake");

    private final String uid;
    private final String label;

    MeteringStage(String uid, String label) {
        this.uid = uid;
        this.label = label;
    }

    /** The operator's identity in state. */
    public String uid() {
        return uid;
    }

    /** The operator's name for people. */
    public String label() {
        return label;
    }
}
