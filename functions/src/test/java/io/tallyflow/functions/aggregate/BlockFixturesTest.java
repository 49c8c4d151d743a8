package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;

/**
 * Blocks of open windows as version 1 wrote them. What is in state somewhere must be read for ever:
 * another way of writing needs another version. {@code -Dtallyflow.golden=write} writes the files.
 */
final class BlockFixturesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/state/v1");
    private static final TimeWindow WINDOW = new TimeWindow(1_772_323_200_000L, 1_772_323_260_000L);

    private static final List<Cell> CELLS =
            List.of(
                    new Cell(
                            name("requests", "{}"),
                            new UsagePartial(300, null, null, null, null, 0, null, null)),
                    new Cell(
                            name("tokens", "{\"model\":\"é\"}"),
                            new UsagePartial(
                                    3,
                                    new BigDecimal("99999999999999999999.000000000000000001"),
                                    new BigDecimal("-5"),
                                    new BigDecimal("99999999999999999999"),
                                    BigDecimal.TEN,
                                    1_772_323_200_000_000L,
                                    "source",
                                    "id")),
                    new Cell(
                            name("tokens", "{}"),
                            new UsagePartial(
                                    1,
                                    new BigDecimal("0.25"),
                                    new BigDecimal("0.25"),
                                    new BigDecimal("0.25"),
                                    new BigDecimal("0.25"),
                                    -1,
                                    "source",
                                    "id2")));

    private static final List<DistinctValue> VALUES =
            List.of(
                    new DistinctValue(name("users", "{}"), "u1"),
                    new DistinctValue(name("users", "{\"a\":\"b\"}"), "ü"));

    private static UsageCell name(String meter, String group) {
        return new UsageCell(meter, "subject", group, WINDOW.getStart(), WINDOW.getEnd());
    }

    @Test
    void readsCellsOfVersion1() throws IOException {
        List<Cell> read = new ArrayList<>();
        CellBlock.read(fixture("cells.bin", CellBlock.of(CELLS)), WINDOW, read::add);
        assertThat(read.stream().map(Cell::name).toList())
                .isEqualTo(CELLS.stream().map(Cell::name).toList());
        assertThat(read.stream().map(Cell::partial).toList())
                .isEqualTo(CELLS.stream().map(Cell::partial).toList());
    }

    @Test
    void readsDistinctValuesOfVersion1() throws IOException {
        List<DistinctValue> read = new ArrayList<>();
        ValueBlock.read(fixture("values.bin", ValueBlock.of(VALUES)), WINDOW, read::add);
        assertThat(read).isEqualTo(VALUES);
    }

    @Test
    void refusesAVersionItDoesNotKnow() {
        byte[] block = CellBlock.of(CELLS);
        block[0] = 2;
        assertThatThrownBy(() -> CellBlock.read(block, WINDOW, cell -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("version 1");
    }

    private static byte[] fixture(String name, byte[] written) throws IOException {
        Path file = FIXTURES.resolve(name);
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(FIXTURES);
            Files.write(file, written);
        }
        byte[] bytes = Files.readAllBytes(file);
        assertThat(written).isEqualTo(bytes);
        return bytes;
    }
}
