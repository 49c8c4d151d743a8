package io.tallyflow.connectors.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

final class PostgresUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://tallyflow:s3/canary@t@127.0.0.1:1/tallyflow",
                "postgresql://tallyflow:s3?canary#t@127.0.0.1:1/tallyflow",
                "postgresql://tallyflow:5432/canary@h/d",
                "postgresql://tallyflow:5432?a=canary@h/d",
                "postgresql://tallyflow:5432?canary@h/d",
                "postgresql://tallyflow:5432?canary=1",
                "postgresql://tallyflow:5432?sslmode=canary&sslmode=x",
                "postgresql://tallyflow:5432/d?sslmode=canary#canary",
                "postgresql://u:canary#@h/d",
                "postgresql://u:canary@@h/d",
                "postgresql://u@v:canary@h/d",
                "postgresql://u:canary@h",
                "postgresql://:canary@h/d",
                "postgresql://u:canary",
                "postgresql://u:canary%zz@h/d",
                "postgresql://u%zzcanary@h/d",
                "postgresql://h/d?password=canary",
                "postgresql://h/d?PassWord=canary",
                "postgresql://h/d?pass%77ord=canary",
                "postgresql://h/d?sslpassword=canary",
                "postgresql://h/d?options=-c&password=canary",
                "postgresql://h/canary/d",
                "postgresql://h/canary#d",
                "postgresql://h canary/d",
                "postgresql:/u:canary@h/d",
                "postgresql:u:canary@h/d",
                "mysql://u:canary@h/d",
                "host=h user=u password=canary",
                "u:canary@h"
            })
    void neverRepeatsWhatMayBeAPassword(String address) {
        for (String text : new String[] {address, "jdbc:" + address}) {
            assertThatThrownBy(() -> PostgresUrl.parse(text, "VARIABLE"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("canary")
                    .hasMessageNotContaining("\n");
        }
    }

    /** What the driver makes of it is what was meant. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    postgresql://h/d                           | h              | 5432      | d           |
                    postgres://u@h:1                           | h              | 1         |             | u
                    postgresql://o%27neil%40corp@h/my%20db%2F1 | h              | 5432      | my db/1     | o'neil@corp
                    postgresql://o'neil@h/my db                | h              | 5432      | my db       | o'neil
                    postgresql://h/tally%25flow                | h              | 5432      | tally%flow  |
                    postgresql://h/a+b%3F%23                   | h              | 5432      | a+b?#       |
                    postgresql://gr%C3%B6%C3%9Fe@größe/größe   | größe          | 5432      | größe       | größe
                    postgresql://u@[::1]:1/d                   | [::1]          | 1         | d           | u
                    postgresql://[fe80::1%25eth0]/d            | [fe80::1%eth0] | 5432      | d           |
                    postgresql://[fe80::1%eth0]:7/d            | [fe80::1%eth0] | 7         | d           |
                    postgresql://a:1,b,[::1]:3/d               | a,b,[::1]      | 1,5432,3  | d           |
                    postgresql://h/d?user=u%40v                | h              | 5432      | d           | u@v
                    """)
    void readsEveryPart(String text, String hosts, String ports, String database, String user) {
        PostgresUrl read = PostgresUrl.parse(text, "VARIABLE");
        Properties seen = Driver.parseURL(read.jdbc(), new Properties());
        assertThat(seen.getProperty("PGHOST")).isEqualTo(hosts);
        assertThat(seen.getProperty("PGPORT")).isEqualTo(ports);
        assertThat(seen.getProperty("PGDBNAME")).isEqualTo(database);
        assertThat(read.user()).isEqualTo(user);
    }

    @Test
    void givesTheDriverItsOwnNamesOfOptions() {
        PostgresUrl read =
                PostgresUrl.parse(
                        "postgresql://h/d?channel_binding=require&sslrootcert=/my+ca%26.pem"
                                + "&application_name=a%20b&connect_timeout=3&sslmode=require",
                        "VARIABLE");
        Properties seen = Driver.parseURL(read.jdbc(), new Properties());
        assertThat(seen)
                .containsEntry("channelBinding", "require")
                .containsEntry("sslrootcert", "/my+ca&.pem")
                .containsEntry("ApplicationName", "a b")
                .containsEntry("connectTimeout", "3")
                .containsEntry("sslmode", "require");
        assertThat(PostgresUrl.parse(read.jdbc(), "VARIABLE")).isEqualTo(read);
    }

    @Test
    void readsAPlusAsTheDriverDoesWhereTheAddressIsForTheDriver() {
        String options = "://h/d?options=-c+work_mem=1MB";
        assertThat(PostgresUrl.parse("jdbc:postgresql" + options, "VARIABLE").options())
                .containsEntry("options", "-c work_mem=1MB");
        assertThat(PostgresUrl.parse("postgresql" + options, "VARIABLE").options())
                .containsEntry("options", "-c+work_mem=1MB");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://h/d?sslmod=require, perhaps sslmode is meant",
        "postgresql://h/d?keepalives_idle=3, does not know",
        "postgresql://h/d?PGHOST=other, does not know",
        "postgresql://h/d?sslmode=a&sslmode=b, has the option sslmode twice",
        "postgresql://h/d?connect_timeout=1&connectTimeout=2, has the option connectTimeout twice",
        "postgresql://h/tally%flow, %25",
        "postgresql://h/d%00, %25",
        "postgresql://h/d%ff, %25",
        "postgresql://h:0/d, port",
        "postgresql://h:99999/d, port",
        "postgresql://[::1]:65536/d, port",
        "postgresql://h:1/a/b, %2F",
    })
    void saysWhatIsWrong(String address, String expected) {
        assertThatThrownBy(() -> PostgresUrl.parse(address, "VARIABLE"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Unmatched argument: 'postgresql://u:canary@h/d' | Unmatched argument: 'postgresql://*****@h/d'
                    'https://a/canary@b?canary@c' (see --help)      | 'https://*****@c' (see --help)
                    postgresql://tally-flow_1@h/d is not there      | postgresql://tally-flow_1@h/d is not there
                    no address, a@b                                 | no address, a@b
                    """)
    void hidesLoginsInWhatIsRepeated(String text, String shown) {
        assertThat(Secret.withoutLogins(text)).isEqualTo(shown);
        assertThat(Secret.withoutLogins("a\n" + text + "\nb")).isEqualTo("a\n" + shown + "\nb");
    }
}
