package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
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

    private static final Path FIXTURES = Path.of("src/test/resources/blocks");
    private static final TimeWindow WINDOW = new TimeWindow(1_772_323_200_000L, 1_772_323_260_000L);

    private static final List<KnownCell> CELLS =
            List.of(
                    cell(
                            name("requests", "{}"),
                            new UsagePartial(300, null, null, null, null, 0, null, null)),
                    cell(
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
                    cell(
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

    private static KnownCell cell(UsageCell name, UsagePartial partial) {
        return KnownCell.stored(name, partial);
    }

    /** As above, with what meters of different aggregations keep. */
    private static List<KnownCell> cellsOfMeters() {
        List<KnownCell> cells = new ArrayList<>();
        for (Aggregation aggregation : Aggregation.values()) {
            for (KnownCell cell : CELLS) {
                cells.add(cell(cell.name(), UsagePartials.keptBy(aggregation, cell.partial())));
            }
        }
        return cells;
    }

    @Test
    void readsCellsOfVersion1() throws IOException {
        List<KnownCell> cells = cellsOfMeters();
        assertReads(fixture("cells-v1.bin", CellBlock.of(cells)), cells);
    }

    private static void assertReads(byte[] block, List<KnownCell> cells) throws IOException {
        List<KnownCell> read = new ArrayList<>();
        CellBlock.read(block, WINDOW, read::add);
        assertThat(read).isEqualTo(cells);
    }

    @Test
    void readsDistinctValuesOfVersion1() throws IOException {
        List<DistinctValue> read = new ArrayList<>();
        ValueBlock.read(fixture("values-v1.bin", ValueBlock.of(VALUES)), WINDOW, read::add);
        assertThat(read).isEqualTo(VALUES);
    }

    @Test
    void joinsBlocksOfDistinctValuesToWhatTheyHoldTogether() throws IOException {
        List<DistinctValue> more = List.of(new DistinctValue(name("users", "{}"), "u2"));
        byte[] joined = ValueBlock.joined(List.of(ValueBlock.of(VALUES), ValueBlock.of(more)));
        List<DistinctValue> wanted = new ArrayList<>(VALUES);
        wanted.addAll(more);
        assertThat(joined).isEqualTo(ValueBlock.of(wanted));
    }

    @Test
    void refusesAVersionItDoesNotKnow() {
        byte[] block = CellBlock.of(CELLS);
        block[0] = 2;
        byte[] values = ValueBlock.of(VALUES);
        values[0] = 2;
        assertThatThrownBy(() -> ValueBlock.joined(List.of(values)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> CellBlock.read(block, WINDOW, cell -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("reads version 1");
    }

    private static byte[] fixture(String name, byte[] written) throws IOException {
        Path file = FIXTURES.resolve(name);
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(file.getParent());
            Files.write(file, written);
        }
        byte[] bytes = Files.readAllBytes(file);
        assertThat(written).isEqualTo(bytes);
        return bytes;
    }
}
