package io.tallyflow.functions.partition;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.Events;
import io.tallyflow.schemas.event.UsageEvent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

final class SubjectKeysTest {

    private static final int GROUPS = 720;

    /** State is found under these: they must never change. */
    @Test
    void givesASubjectTheKeyThatItHasInEveryCheckpoint() {
        SubjectKeys keys = new SubjectKeys(GROUPS, 1);
        assertThat(
                        List.of("customer-1", "acme", "Ünïcödé").stream()
                                .map(s -> key(keys, s, "1"))
                                .toList())
                .isEqualTo(List.of(115, 6, 592));
    }

    @Test
    void putsEachShardOfASubjectOnAWorkerOfItsOwn() {
        for (int shards : new int[] {2, 3, 4}) {
            SubjectKeys keys = new SubjectKeys(GROUPS, shards);
            for (int subject = 0; subject < 50; subject++) {
                String name = "subject-" + subject;
                Set<Integer> workers = new HashSet<>();
                for (int id = 0; id < 200; id++) {
                    int key = key(keys, name, "id-" + id);
                    workers.add(
                            KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                    key, GROUPS, shards));
                    assertThat(keys.shardOf(name, key)).isBetween(0, shards - 1);
                }
                assertThat(workers).hasSize(shards);
            }
        }
    }

    @Test
    void givesCopiesOfAnEventOneKey() {
        SubjectKeys keys = new SubjectKeys(GROUPS, 7);
        UsageEvent copy =
                anEvent()
                        .subject("s")
                        .source("source")
                        .id("id")
                        .type("other")
                        .timeMicros(9)
                        .at(3, 4)
                        .kafkaTimeMillis(5)
                        .build();
        UsageEvent event =
                anEvent()
                        .subject("s")
                        .source("source")
                        .id("id")
                        .type("type")
                        .timeMicros(1)
                        .data(new byte[2])
                        .build();
        assertThat(keys.keyOf(copy)).isEqualTo(keys.keyOf(event));
    }

    @Test
    void tellsTheShardFromTheKeyAndDifferentKeysFromDifferentShards() {
        SubjectKeys keys = new SubjectKeys(GROUPS, GROUPS);
        Set<Integer> seen =
                IntStream.range(0, 20_000)
                        .mapToObj(id -> key(keys, "s", "id-" + id))
                        .collect(Collectors.toSet());
        assertThat(seen.stream().map(key -> keys.shardOf("s", key)).collect(Collectors.toSet()))
                .hasSameSizeAs(seen);
    }

    @Test
    void refusesAKeyThatIsNoneOfTheSubjectsAndShardsThatCannotBe() {
        SubjectKeys keys = new SubjectKeys(GROUPS, 1);
        int other = key(keys, "a", "1") + 1;
        assertThatThrownBy(() -> keys.shardOf("a", other))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SubjectKeys(GROUPS, GROUPS + 1))
                .hasMessageContaining("at most 720");
        assertThatThrownBy(() -> new SubjectKeys(GROUPS, 0)).hasMessageContaining("at least 1");
    }

    @Test
    void sharesAllKeysOutAmongTheSubtasks() {
        Set<Integer> all = new HashSet<>();
        for (int subtask = 0; subtask < 7; subtask++) {
            int[] own = SubjectKeys.ownKeys(new TaskInfoImpl("task", GROUPS, subtask, 7, 0));
            for (int key : own) {
                assertThat(KeyGroupRangeAssignment.assignKeyToParallelOperator(key, GROUPS, 7))
                        .isEqualTo(subtask);
            }
            Arrays.stream(own).forEach(all::add);
        }
        assertThat(all).hasSize(GROUPS);
    }

    private static int key(SubjectKeys keys, String subject, String id) {
        return keys.keyOf(Events.event(subject, id, 0));
    }
}
