package io.tallyflow.connectors.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

final class LoginTroubleTest {

    @Test
    void saysWhatToDo() {
        assertThat(advice("password authentication failed for user \"u\"", "28P01"))
                .startsWith("check the user, and the password in TALLYFLOW_POSTGRES_PASSWORD");
        assertThat(
                        advice(
                                "no pg_hba.conf entry for host \"h\", user \"u\", no encryption",
                                "28000"))
                .startsWith("it asks for TLS");
        assertThat(advice("The server does not support SSL.", "08004")).startsWith("it has no TLS");
        assertThat(advice("The hostname h could not be verified by hostnameverifier v.", "08006"))
                .startsWith("the URL must name the host as its certificate does");
        assertThat(
                        LoginTrouble.advice(
                                new SQLException(
                                        "SSL error: PKIX path building failed",
                                        "08006",
                                        new SSLHandshakeException("PKIX path building failed"))))
                .startsWith("sslrootcert in the URL must name");
        assertThat(advice("Connection to h:1 refused. Check that the hostname is right", "08001"))
                .isNull();
        assertThat(advice("relation \"x\" does not exist", "42P01")).isNull();
    }

    private static String advice(String message, String state) {
        return LoginTrouble.advice(new SQLException(message, state));
    }
}
