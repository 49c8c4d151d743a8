package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.results.RequestInput;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** What messages call an input is an option that people can type. */
final class RequestInputsTest {

    @ParameterizedTest
    @EnumSource(RequestInput.class)
    void areOptions(RequestInput input) {
        List<CommandLine> commands = CommandsReferenceTest.commands().toList();
        assertThat(commands)
                .anyMatch(line -> line.getCommandSpec().findOption("--" + input.key()) != null);
    }
}
