package io.tallyflow.functions.identities;

import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/** Whatever is done, what is remembered is what a map remembers. */
final class RememberedIdentitiesPropertyTest {

    private static final int NUMBERS = 300;
    private static final int MOST_AT_ONCE = 40;

    @Property(tries = 250, seed = "128048")
    void remembersLikeAMap(@ForAll("chains") ActionChain<RememberedAndMap> chain) {
        chain.withInvariant(both -> both.check(NUMBERS)).run();
    }

    @Provide
    Arbitrary<ActionChain<RememberedAndMap>> chains() {
        return Arbitraries.of(Hashes.class).flatMap(RememberedIdentitiesPropertyTest::chains);
    }

    private static Arbitrary<ActionChain<RememberedAndMap>> chains(Hashes hashes) {
        return ActionChain.startWith(() -> new RememberedAndMap(hashes))
                .withAction(20, action("put", RememberedIdentitiesPropertyTest::putMany))
                .withAction(8, action("barrier", RememberedAndMap::barrier))
                .withAction(8, action("tidy", RememberedAndMap::tidy))
                .withAction(4, action("seal", RememberedAndMap::seal))
                .withAction(3, action("restore", RememberedAndMap::restore))
                .withAction(2, action("copies", RememberedIdentitiesPropertyTest::limitCopies))
                .withAction(1, action("age", RememberedAndMap::age))
                .withAction(1, action("expire", RememberedAndMap::expire))
                .withMaxTransformations(120)
                .map(chain -> chain);
    }

    private static void putMany(RememberedAndMap both, Random random) {
        int many = random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < many; i++) {
            both.put(random.nextInt(NUMBERS), random);
        }
    }

    private static void limitCopies(RememberedAndMap both, Random random) {
        both.keepCopiesWithin(random.nextInt(8_000));
    }

    private static Action<RememberedAndMap> action(String name, Consumer<RememberedAndMap> change) {
        return action(name, (both, random) -> change.accept(both));
    }

    private static Action<RememberedAndMap> action(
            String name, BiConsumer<RememberedAndMap, Random> change) {
        return new Action.Independent<>() {
            @Override
            public Arbitrary<Transformer<RememberedAndMap>> transformer() {
                return Arbitraries.longs()
                        .map(
                                seed ->
                                        Transformer.mutate(
                                                name + " " + seed,
                                                both -> change.accept(both, new Random(seed))));
            }
        };
    }
}
