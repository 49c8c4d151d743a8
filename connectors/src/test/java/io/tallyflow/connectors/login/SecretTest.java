package io.tallyflow.connectors.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretTest {

    private final Path directory;

    SecretTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void standsInTheEnvironmentOrInAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), " of a file \r\n");
        assertThat(Secret.find("P", Map.of())).isNull();
        assertThat(Secret.find("P", Map.of("P", ""))).isEmpty();
        assertThat(Secret.find("P", Map.of("P", "s\n"))).isEqualTo("s\n");
        assertThat(Secret.find("P", Map.of("P_FILE", file.toString(), "P", "")))
                .isEqualTo(" of a file ");
    }

    @Test
    void isRefusedIfItIsNotClearWhichOneIsMeant() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty"), "\n");
        assertThatThrownBy(() -> Secret.find("P", Map.of("P", "canary", "P_FILE", "f")))
                .hasMessage("P and P_FILE are both set: keep one of them");
        assertThatThrownBy(() -> Secret.find("P", Map.of("P_FILE", empty.toString())))
                .hasMessageContaining("P_FILE names " + empty + ", which is empty");
        assertThatThrownBy(() -> Secret.find("P", Map.of("P_FILE", directory + "/none")))
                .hasMessageContaining("P_FILE names " + directory + "/none, which cannot be read");
    }
}
