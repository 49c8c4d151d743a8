package io.tallyflow.results;

/**
 * What can be given along with a request. A command has it as an option, a server in a field or a
 * header, so that a message must leave its name to whoever shows it.
 */
public enum RequestInput {
    /** Where Flink's REST interface answers. */
    CLUSTER("cluster"),
    /** The file that says how it is reached by TLS. */
    CLUSTER_TLS("cluster-tls"),
    /** The file that the cluster runs. */
    JAR("jar"),
    /** Id of a job that runs there. */
    JOB("job"),
    /** How long to wait for each step. */
    TIMEOUT("timeout"),
    /** Of the reset that is asked for. */
    RESET_ID("id"),
    /** Of the reset that is to be taken back. */
    UNDONE_RESET("undo");

    private final String key;

    RequestInput(String key) {
        this.key = key;
    }

    /** Its plain name: small letters and dashes. */
    public String key() {
        return key;
    }
}
