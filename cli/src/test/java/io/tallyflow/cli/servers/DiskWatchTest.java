package io.tallyflow.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DiskWatchTest {

    private final AtomicLong usable = new AtomicLong(1L << 30);
    private final List<String> said = new ArrayList<>();
    private final DiskWatch disk = new DiskWatch(Path.of("/data"), usable::get, said::add);

    @Test
    void saysOnceThatADiskIsFullAndOnceThatItIsNotAnyMore() {
        disk.look();
        assertThat(said).isEmpty();
        usable.set(4096);
        disk.look();
        disk.look();
        assertThat(said)
                .containsExactly(
                        "no space is left in /data: free some; until then nothing is committed, and"
                                + " nothing is lost");
        usable.set(1L << 30);
        disk.look();
        disk.look();
        assertThat(said)
                .hasSize(2)
                .last()
                .isEqualTo("there is space again in /data: counting goes on");
    }
}
