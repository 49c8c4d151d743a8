package io.tallyflow.connectors.login;

import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What to do when Postgres lets a client in neither by TLS nor by its login. */
public final class LoginTrouble {

    private static final String ASKS_FOR_TLS = "no encryption";
    private static final String HAS_NO_TLS = "does not support SSL";
    private static final String ANOTHER_NAME = "could not be verified";

    private LoginTrouble() {}

    /** What to do, without a full stop; null if the trouble is of another kind. */
    public static @Nullable String advice(SQLException failure) {
        String state = Objects.toString(failure.getSQLState(), "");
        String message = Objects.toString(failure.getMessage(), "");
        if (message.contains(ASKS_FOR_TLS)) {
            return "it asks for TLS: add sslmode=verify-full&sslrootcert=FILE to the URL";
        } else if (message.contains(HAS_NO_TLS)) {
            return "it has no TLS: switch ssl on there, or take sslmode out of the URL";
        } else if (message.contains(ANOTHER_NAME)) {
            return "the URL must name the host as its certificate does";
        } else if (isAboutCertificates(failure)) {
            return "sslrootcert in the URL must name the file with the authority that signed its"
                    + " certificate; if it asks for a certificate, sslcert and sslkey name yours";
        } else if (state.startsWith("28")) {
            return "check the user, and the password in TALLYFLOW_POSTGRES_PASSWORD or in the file"
                    + " that TALLYFLOW_POSTGRES_PASSWORD_FILE names";
        }
        return null;
    }

    /** The one line of the failure that says most. */
    public static String reason(SQLException failure) {
        return Objects.toString(failure.getMessage(), failure.toString())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    private static boolean isAboutCertificates(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException || cause instanceof CertificateException) {
                return true;
            }
        }
        return Objects.toString(failure.getMessage(), "").contains("SSL");
    }
}
