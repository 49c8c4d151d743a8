package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.hash.SecretHash;
import io.tallyflow.functions.memory.HeapBytes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subjects and groups of all open windows of a subtask, each once, however many windows hold
 * it. What they take is known to the byte: a text counts from its first holder to its last. A hash
 * table with open addressing and linear probing, at most half full, by a hash that customers cannot
 * foretell. Confined to one thread.
 */
final class KeptTexts {

    private static final int LEAST_SLOTS = 16;

    /** The object, padded to eight bytes. */
    private static final int BYTES_OF_KEPT = 24;

    private static final @Nullable KeptText[] NO_SLOTS = new @Nullable KeptText[1];

    private final SecretHash secret = new SecretHash();
    private final RecentTexts subjects = new RecentTexts(this);
    private final RecentTexts groups = new RecentTexts(this);

    /** Meters are few, and the operator's: they are not counted. */
    private final Map<String, String> meters = new HashMap<>();

    private @Nullable KeptText[] slots = NO_SLOTS;
    private int size;
    private long bytesOfTexts;

    /** A subject; the same object for equal ones, as long as it is held. */
    KeptText subject(String text) {
        return subjects.find(text);
    }

    /** A group, likewise. */
    KeptText group(String text) {
        return groups.find(text);
    }

    /** The one object of a meter's slug. */
    String meter(String slug) {
        return meters.computeIfAbsent(slug, first -> first);
    }

    /** The text that is held, or a new one that is not. */
    KeptText find(String text) {
        int hash = Long.hashCode(secret.of(text));
        KeptText known = slots[slotOf(hash, text)];
        return known == null ? new KeptText(text, hash) : known;
    }

    /**
     * Keeps a text until {@link #release}.
     *
     * @return the object that is kept, in the place of the argument
     */
    KeptText hold(KeptText text) {
        KeptText kept = text.isHeld() ? text : keep(text);
        kept.addHolder();
        return kept;
    }

    private KeptText keep(KeptText text) {
        if (2 * (size + 1) > slots.length) {
            spread(Math.max(LEAST_SLOTS, 2 * slots.length));
        }
        int at = slotOf(text.hash(), text.text());
        KeptText other = slots[at];
        if (other != null) {
            return other;
        }
        slots[at] = text;
        size++;
        bytesOfTexts += bytesOf(text);
        return text;
    }

    /** Ends what one {@link #hold} began. */
    void release(KeptText text) {
        if (text.removeHolder()) {
            removeFrom(slotOf(text.hash(), text.text()));
            size--;
            bytesOfTexts -= bytesOf(text);
            subjects.forget(text);
            groups.forget(text);
            if (size == 0) {
                slots = NO_SLOTS;
            } else if (8 * size < slots.length && slots.length > LEAST_SLOTS) {
                spread(slots.length / 2);
            }
        }
    }

    /** Moves up what was put behind it because its own slot was taken (Knuth, 6.4, algorithm R). */
    private void removeFrom(int slot) {
        int mask = slots.length - 1;
        int gap = slot;
        slots[gap] = null;
        int at = gap + 1 & mask;
        KeptText text = slots[at];
        while (text != null) {
            int home = text.hash() & mask;
            if ((at - home & mask) >= (at - gap & mask)) {
                slots[gap] = text;
                slots[at] = null;
                gap = at;
            }
            at = at + 1 & mask;
            text = slots[at];
        }
    }

    /** The slot of a text, or the empty one that it would take. */
    private int slotOf(int hash, String text) {
        int mask = slots.length - 1;
        int at = hash & mask;
        KeptText there = slots[at];
        while (there != null && !(there.hash() == hash && there.text().equals(text))) {
            at = at + 1 & mask;
            there = slots[at];
        }
        return at;
    }

    private void spread(int places) {
        @Nullable KeptText[] before = slots;
        slots = new @Nullable KeptText[places];
        for (KeptText text : before) {
            if (text != null) {
                slots[slotOf(text.hash(), text.text())] = text;
            }
        }
    }

    private static int bytesOf(KeptText text) {
        return BYTES_OF_KEPT + HeapBytes.ofText(text.text());
    }

    /** Bytes of heap; nothing if nothing is held. */
    long bytes() {
        return bytesOfTexts + (size == 0 ? 0 : (long) slots.length * HeapBytes.REFERENCE);
    }

    /** How many slots are looked at to find each text once. */
    long probes() {
        long probes = 0;
        for (int at = 0; at < slots.length; at++) {
            KeptText text = slots[at];
            probes += text == null ? 0 : 1 + (at - text.hash() & slots.length - 1);
        }
        return probes;
    }
}
