package io.tallyflow.connectors.kafka;

import java.nio.file.Path;
import java.util.Objects;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What was wrong when Kafka was asked, where, and what to do; never with a secret. */
public final class KafkaTrouble {

    private KafkaTrouble() {}

    /**
     * One line that begins with where Kafka is.
     *
     * @param failure as a client threw it, or a future of one
     */
    public static String of(KafkaConnection kafka, Throwable failure) {
        return "Kafka at " + kafka.bootstrap() + " " + said(kafka.file(), failure);
    }

    private static String said(@Nullable Path file, Throwable failure) {
        String settings = file == null ? "a file of Kafka client properties" : file.toString();
        String reason = line(innermost(failure));
        if (isA(failure, SaslAuthenticationException.class)) {
            return "refused the login ("
                    + reason
                    + "): check sasl.mechanism, user and password in "
                    + settings;
        } else if (isA(failure, SslAuthenticationException.class)) {
            return "and this client do not agree on TLS ("
                    + reason
                    + "): check that ssl.truststore.location in "
                    + settings
                    + " names the authority that signed the brokers' certificates, that these name"
                    + " the host, and ssl.keystore.location if brokers ask for a certificate";
        } else if (isA(failure, AuthorizationException.class)) {
            return "does not allow that (" + reason + "): grant it to this user";
        } else if (isTimeout(failure)) {
            return "did not answer in time: check the address, and that it runs; if it asks for TLS"
                    + " or a login, security.protocol must be in "
                    + settings;
        } else if (file != null && isAboutSettings(failure)) {
            return "cannot be asked with " + file + " (" + settingsTrouble(reason) + ")";
        }
        return "does not serve: " + reason;
    }

    private static boolean isTimeout(Throwable failure) {
        return isA(failure, TimeoutException.class)
                || isA(failure, java.util.concurrent.TimeoutException.class);
    }

    /** The client could not even be made. */
    private static boolean isAboutSettings(Throwable failure) {
        return failure instanceof KafkaException && !(failure instanceof ApiException);
    }

    /** What is wrong with a login is told with words out of it. */
    private static String settingsTrouble(String reason) {
        return reason.contains("JAAS")
                ? "sasl.jaas.config is not of the form MODULE required username=\"...\""
                        + " password=\"...\";"
                : reason;
    }

    private static boolean isA(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String line(Throwable failure) {
        return Objects.toString(failure.getMessage(), failure.toString())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }
}
