package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityLimits;
import io.tallyflow.functions.identities.run.RunHeader;
import io.tallyflow.functions.identities.run.RunList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The identities of a key group beside a plain map of them. Every method does the same to both;
 * {@link #check} compares. Each step takes one millisecond.
 */
final class RememberedAndMap {

    private static final IdentityLimits TINY = new IdentityLimits(24, 4, 10, 5, 3, 2_000);
    private static final int CACHE_BYTES = 1_000;
    private static final int FILTER_BYTES = 1_500;

    private final Hashes hashes;

    private Map<Integer, List<Put>> puts = new HashMap<>();
    private BlocksInMemory blocks = new BlocksInMemory();
    private RememberedIdentities identities = open();

    private Map<Integer, List<Put>> savedPuts = new HashMap<>();
    private BlocksInMemory savedBlocks = new BlocksInMemory();

    private long nowMillis = 1;
    private long expiredBefore;
    private long forgottenMillis = Long.MIN_VALUE;

    RememberedAndMap(Hashes hashes) {
        this.hashes = hashes;
    }

    /**
     * @param putMillis when the identity was put
     */
    record Put(FirstSeen first, long putMillis) {}

    private RememberedIdentities open() {
        FilterMemory filters = new FilterMemory(FILTER_BYTES);
        return new RememberedIdentities(3, blocks, TINY, new BlockCache(CACHE_BYTES), filters);
    }

    private void step() {
        blocks.setNow(++nowMillis);
    }

    void put(int number, Random random) {
        step();
        List<Put> before = puts.getOrDefault(number, List.of());
        long later = 1L + random.nextInt(1 << random.nextInt(30));
        long kafkaMillis =
                before.isEmpty() ? nowMillis - later : last(before).kafkaTimeMillis() + later;
        FirstSeen first = new FirstSeen(kafkaMillis, random.nextLong() >>> 16);
        List<Put> after = new ArrayList<>(before);
        after.add(new Put(first, nowMillis));
        puts.put(number, after);
        identities.put(
                hashes.high(number),
                hashes.low(number),
                first.kafkaTimeMillis(),
                first.contentHash());
    }

    private static FirstSeen last(List<Put> puts) {
        return puts.get(puts.size() - 1).first();
    }

    void barrier() {
        step();
        identities.log();
        savedPuts = new HashMap<>(puts);
        savedBlocks = blocks.copy();
        checkState();
    }

    /** Goes back to the last barrier. */
    void restore() {
        puts = new HashMap<>(savedPuts);
        blocks = savedBlocks.copy();
        step();
        identities = open();
    }

    void tidy() {
        step();
        identities.tidy(nowMillis, forgottenMillis);
    }

    void seal() {
        step();
        identities.seal(nowMillis);
    }

    /** Lets the time of putting before which identities may be forgotten come nearer. */
    void age(Random random) {
        List<Put> all = puts.values().stream().flatMap(List::stream).toList();
        if (!all.isEmpty()) {
            Put some = all.get(random.nextInt(all.size()));
            forgottenMillis = Math.max(forgottenMillis, some.putMillis());
        }
    }

    void expire(Random random) {
        expiredBefore += random.nextLong(nowMillis - expiredBefore);
        blocks.expireSome(expiredBefore, random);
    }

    void keepCopiesWithin(long bytes) {
        identities.keepCopiesWithin(bytes);
    }

    void check(int numbers) {
        for (int number = 0; number < numbers; number++) {
            check(number, puts.getOrDefault(number, List.of()));
        }
        assertThat(identities.bytes()).isPositive();
    }

    private void check(int number, List<Put> all) {
        FirstSeen found = identities.first(hashes.high(number), hashes.low(number));
        if (all.isEmpty()) {
            assertThat(found).as("never put: %d", number).isNull();
        } else if (mayBeForgotten(all.get(all.size() - 1))) {
            assertThat(all.stream().map(Put::first))
                    .as("old: %d", number)
                    .contains(found == null ? last(all) : found);
        } else {
            assertThat(found).as("put: %d", number).isEqualTo(last(all));
        }
    }

    private boolean mayBeForgotten(Put put) {
        return put.putMillis() < Math.max(expiredBefore, forgottenMillis);
    }

    /** State holds nothing that is not listed, but what has expired. */
    private void checkState() {
        IdentityHead head = IdentityHead.read(blocks);
        Set<Integer> runs =
                RunList.read(blocks).stream().map(RunHeader::number).collect(Collectors.toSet());
        blocks.entries()
                .forEach(
                        (key, entry) -> {
                            if (entry.writtenMillis() >= expiredBefore) {
                                assertThat(isListed(key, head, runs)).as("%s", key).isTrue();
                            }
                        });
    }

    private static boolean isListed(BlocksInMemory.Key key, IdentityHead head, Set<Integer> runs) {
        return key.run() == IdentityHead.LOG
                ? key.block() == IdentityHead.HEAD
                        || key.block() == RunList.ENTRY
                        || key.block() >= head.logFrom() && key.block() < head.logTo()
                : runs.contains(key.run());
    }

    @Override
    public String toString() {
        return hashes + " at " + nowMillis;
    }
}
