package io.tallyflow.connectors.login;

import java.util.Map;
import org.postgresql.PGProperty;

/** What a connection to Postgres is for: each use needs a patience of its own. */
public enum PostgresUse {
    /**
     * What the job looks up and commits. A server that does not answer is given up, so that it can
     * be asked anew.
     */
    JOB(
            Map.of(
                    PGProperty.APPLICATION_NAME, "tallyflow",
                    PGProperty.PREPARE_THRESHOLD, PostgresUse.NEVER_PREPARED,
                    PGProperty.CONNECT_TIMEOUT, "10",
                    PGProperty.SOCKET_TIMEOUT, "120")),

    /**
     * What the job asks again and again while it runs. It is given up soon: others wait in the same
     * thread.
     */
    WATCH(
            Map.of(
                    PGProperty.APPLICATION_NAME, "tallyflow requests",
                    PGProperty.PREPARE_THRESHOLD, PostgresUse.NEVER_PREPARED,
                    PGProperty.CONNECT_TIMEOUT, "5",
                    PGProperty.SOCKET_TIMEOUT, "5")),

    /**
     * Bringing the schema up to date. A migration takes as long as its tables are large, so nothing
     * limits it. It holds a lock of its session, which no pool in transaction mode can keep: there
     * is none, and statements may be prepared.
     */
    SCHEMA(Map.of(PGProperty.APPLICATION_NAME, "tallyflow schema")),

    /**
     * What people and programs ask. They are told soon that nobody lets them in; an answer may take
     * as long as the question is large.
     */
    QUESTIONS(
            Map.of(
                    PGProperty.LOGIN_TIMEOUT,
                    "15",
                    PGProperty.PREPARE_THRESHOLD,
                    PostgresUse.NEVER_PREPARED));

    /**
     * A pool in transaction mode gives each transaction another session: a statement prepared in
     * one would be unknown in the next, or be another client's of the same name.
     */
    private static final String NEVER_PREPARED = "0";

    private final Map<PGProperty, String> settings;

    PostgresUse(Map<PGProperty, String> settings) {
        this.settings = settings;
    }

    /** What the driver is told; times are in seconds. */
    public Map<PGProperty, String> settings() {
        return settings;
    }
}
