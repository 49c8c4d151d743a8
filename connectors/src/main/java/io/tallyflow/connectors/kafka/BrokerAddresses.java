package io.tallyflow.connectors.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where brokers are. */
public final class BrokerAddresses {

    private static final Pattern ONE =
            Pattern.compile(
                    "(?:[\\p{L}\\p{N}._-]+|\\[[0-9A-Fa-f:.]+(?:%[\\p{Alnum}._-]+)?])"
                            + ":(?<port>[0-9]{1,5})");
    private static final int MOST_PORTS = 65_535;

    private BrokerAddresses() {}

    /**
     * The same text, if it is {@code HOST:PORT} of one or more brokers with commas between; an IPv6
     * address stands in brackets.
     *
     * @throws IllegalArgumentException if it is not; the message goes on after the name of what was
     *     given and does not repeat it
     */
    public static String checked(String text) {
        for (String broker : text.split(",", -1)) {
            Matcher address = ONE.matcher(broker);
            if (!address.matches()) {
                throw new IllegalArgumentException(
                        "is not HOST:PORT, or several of them with commas between; an IPv6 address"
                                + " is written like [::1]:9092");
            }
            int port = Integer.parseInt(address.group("port"));
            if (port < 1 || port > MOST_PORTS) {
                throw new IllegalArgumentException(
                        "names port " + port + ", which is not from 1 to " + MOST_PORTS);
            }
        }
        return text;
    }
}
