package io.tallyflow.connectors.refusal;

/**
 * What keeps a job from starting or reading before its state is compared with the results. The
 * names are a public contract, as those of {@link SinkRefusedException.Refusal} are.
 */
public enum StartRefusal {
    /** Flink's settings break what Tallyflow promises. */
    SETTINGS_WRONG,
    /** The database is not one that the schema can live in, or has another schema. */
    SCHEMA_UNFIT,
    /** A meter was given another aggregation or window size under the slug that it had. */
    METER_CHANGED,
    /** Kafka has no such topic. */
    TOPIC_MISSING,
    /** The topic of that name is not the one that was read so far. */
    TOPIC_REPLACED,
    /** Kafka no longer has records that were not read yet. */
    RECORDS_LOST;

    /**
     * The text of this refusal.
     *
     * @param message sentences, or a list with a line for each problem
     */
    public String saying(String message) {
        return RefusalText.of(this, message);
    }
}
