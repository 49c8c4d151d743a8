package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.kafka.clients.ClientUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BrokerAddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:9092",
                "127.0.0.1:1",
                "[::1]:9092",
                "[fe80::1%1]:65535",
                "[::ffff:127.0.0.1]:9092",
                "127.0.0.1:1,[::1]:2,localhost:3"
            })
    void takeWhatKafkasClientsTake(String text) {
        assertThat(BrokerAddresses.checked(text)).isEqualTo(text);
        assertThat(
                        ClientUtils.parseAndValidateAddresses(
                                List.of(text.split(",")), "use_all_dns_ips"))
                .hasSameSizeAs(text.split(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "canary",
                "canary:",
                ":9092",
                "canary:port",
                "canary:0",
                "canary:65536",
                "canary:99999",
                "::1:9092",
                "[::1]",
                "[canary]:9092",
                "h:1,",
                "h:1, h:2",
                "u:canary@h:9092",
                "SASL_SSL://u:canary@h:9092"
            })
    void refuseTheRestWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> BrokerAddresses.checked(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("canary");
    }
}
