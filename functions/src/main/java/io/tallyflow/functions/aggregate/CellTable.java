package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one window, numbered from 0 in the order in which they came, in arrays: there is no
 * object per cell. Cells of one subject and group stand in a ring, one per meter; rings are found
 * by open addressing with linear probing, at most half full, by the secret hashes of their texts. A
 * lookup makes no object, and the further readings of an event that are grouped alike are found
 * beside the first.
 */
final class CellTable {

    /** No cell. */
    static final int NONE = -1;

    private static final int FIRST_CELLS = 4;

    /** What a table without cells has in the place of its arrays; nothing is ever put there. */
    private static final long[] NO_SLOTS = new long[1];

    private static final @Nullable String[] NO_METERS = new @Nullable String[0];
    private static final @Nullable KeptText[] NO_TEXTS = new @Nullable KeptText[0];
    private static final int[] NO_NUMBERS = {};

    /** Heads of the arrays, those of the numbers among them. */
    private static final int BYTES_OF_ARRAYS = 6 * 16;

    private static final int TEXTS = 2;
    private static final int SUBJECT = 0;
    private static final int GROUP = 1;

    private final KeptTexts kept;

    /** The hash of a ring in the high half, one of its cells plus one in the low half; or zero. */
    private long[] slots;

    private @Nullable String[] meters;
    private @Nullable KeptText[] texts;

    /** The cell behind each in its ring; itself if it is alone. */
    private int[] next;

    private CellNumbers numbers;

    private int[] changed;
    private int changes;
    private int rings;
    private int size;

    private @Nullable KeptText foundSubject;
    private @Nullable KeptText foundGroup;

    /** The last cell that was found of these two; {@link #NONE} if there is none. */
    private int foundCell;

    /**
     * @param kept holds the texts of the cells
     */
    CellTable(KeptTexts kept) {
        this.kept = kept;
        forget();
    }

    /** Forgets all cells, and lets go of their texts. */
    void clear() {
        for (long slot : slots) {
            if (slot != 0) {
                kept.release(text(cellAt(slot), SUBJECT));
                kept.release(text(cellAt(slot), GROUP));
            }
        }
        forget();
    }

    private void forget() {
        slots = NO_SLOTS;
        meters = NO_METERS;
        texts = NO_TEXTS;
        next = NO_NUMBERS;
        numbers = new CellNumbers();
        changed = NO_NUMBERS;
        changes = 0;
        rings = 0;
        size = 0;
        foundSubject = null;
        foundGroup = null;
        foundCell = NONE;
    }

    /** How many cells there are. */
    int size() {
        return size;
    }

    /** Bytes of heap, about, without the texts. */
    long bytes() {
        return (next.length == 0 ? 0 : BYTES_OF_ARRAYS)
                + (long) slots.length * Long.BYTES
                + (long) next.length * (Integer.BYTES + (1 + TEXTS) * HeapBytes.REFERENCE)
                + (long) changed.length * Integer.BYTES
                + numbers.bytes();
    }

    /** What the cells came to, by their numbers. */
    CellNumbers numbers() {
        return numbers;
    }

    /** Notes that a cell has changed: state and the sinks must hear of it. */
    void change(int cell) {
        if (numbers.markChanged(cell)) {
            if (changes == changed.length) {
                changed = Arrays.copyOf(changed, more(changes));
            }
            changed[changes++] = cell;
        }
    }

    /** The cells that have changed since the last call, in the order in which they did. */
    List<KnownCell> takeChanged(TimeWindow window) {
        List<KnownCell> known = new ArrayList<>(changes);
        for (int i = 0; i < changes; i++) {
            known.add(known(changed[i], window));
            numbers.takeChange(changed[i]);
        }
        changes = 0;
        return known;
    }

    /** All cells. */
    List<KnownCell> all(TimeWindow window) {
        List<KnownCell> known = new ArrayList<>(size);
        for (int cell = 0; cell < size; cell++) {
            known.add(known(cell, window));
        }
        return known;
    }

    private KnownCell known(int cell, TimeWindow window) {
        return new KnownCell(name(cell, window), numbers.partial(cell), numbers.isSent(cell));
    }

    UsageCell name(int cell, TimeWindow window) {
        return new UsageCell(
                there(meters[cell], cell),
                text(cell, SUBJECT).text(),
                text(cell, GROUP).text(),
                window.getStart(),
                window.getEnd());
    }

    KeptText subject(int cell) {
        return text(cell, SUBJECT);
    }

    private KeptText text(int cell, int which) {
        return there(texts[cell * TEXTS + which], cell);
    }

    private static <T> T there(@Nullable T text, int cell) {
        if (text == null) {
            throw new IndexOutOfBoundsException("no cell " + cell);
        }
        return text;
    }

    /** The cell of a name, or {@link #NONE}. */
    int find(String meter, KeptText subject, KeptText group) {
        boolean sameAsBefore = isFoundAgain(subject, group);
        int near = nearest(subject, group);
        if (near == NONE) {
            return NONE;
        }
        // Readings come in the order of the definitions, and so do the cells of a ring.
        int first = sameAsBefore ? next[near] : near;
        int cell = first;
        while (!meter.equals(meters[cell])) {
            cell = next[cell];
            if (cell == first) {
                return NONE;
            }
        }
        foundCell = cell;
        return cell;
    }

    private boolean isFoundAgain(KeptText subject, KeptText group) {
        return foundSubject == subject && foundGroup == group;
    }

    /** A cell of the ring of this subject and group. */
    private int nearest(KeptText subject, KeptText group) {
        if (!isFoundAgain(subject, group)) {
            foundCell = cellAt(slots[slotOf(hash(subject, group), subject, group)]);
            foundSubject = subject;
            foundGroup = group;
        }
        return foundCell;
    }

    private static int hash(KeptText subject, KeptText group) {
        int mixed = 31 * subject.hash() + group.hash();
        mixed *= 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    /** The slot of a ring, or the empty one that it would take. */
    private int slotOf(int hash, KeptText subject, KeptText group) {
        int mask = slots.length - 1;
        int at = hash & mask;
        while (slots[at] != 0 && !isOf(slots[at], hash, subject, group)) {
            at = at + 1 & mask;
        }
        return at;
    }

    /** What is held by no window is in none; of what is held there is one object. */
    private boolean isOf(long slot, int hash, KeptText subject, KeptText group) {
        int from = cellAt(slot) * TEXTS;
        return (int) (slot >>> Integer.SIZE) == hash
                && texts[from + SUBJECT] == subject
                && texts[from + GROUP] == group;
    }

    private static int cellAt(long slot) {
        return (int) slot - 1;
    }

    /**
     * Adds a cell whose name no other has, without readings.
     *
     * @param aggregation of its meter; null if it is not known
     */
    int add(String meter, KeptText subject, KeptText group, @Nullable Aggregation aggregation) {
        if (size == next.length) {
            grow();
        }
        int cell = size;
        meters[cell] = meter;
        numbers.begin(cell, aggregation);
        int near = nearest(subject, group);
        if (near == NONE) {
            addRing(cell, kept.hold(subject), kept.hold(group));
        } else {
            name(cell, text(near, SUBJECT), text(near, GROUP));
            next[cell] = next[near];
            next[near] = cell;
        }
        foundCell = cell;
        size++;
        return cell;
    }

    private void name(int cell, KeptText subject, KeptText group) {
        texts[cell * TEXTS + SUBJECT] = subject;
        texts[cell * TEXTS + GROUP] = group;
    }

    private void addRing(int cell, KeptText subject, KeptText group) {
        name(cell, subject, group);
        if (rings == slots.length / 2) {
            spread();
        }
        int hash = hash(subject, group);
        slots[slotOf(hash, subject, group)] = (long) hash << Integer.SIZE | cell + 1;
        next[cell] = cell;
        rings++;
        foundSubject = subject;
        foundGroup = group;
    }

    private void grow() {
        int capacity = more(next.length);
        meters = Arrays.copyOf(meters, capacity);
        texts = Arrays.copyOf(texts, capacity * TEXTS);
        next = Arrays.copyOf(next, capacity);
        numbers.grow(capacity);
    }

    private static int more(int places) {
        return Math.max(FIRST_CELLS, Math.multiplyExact(places, 2));
    }

    private void spread() {
        long[] before = slots;
        slots = new long[Math.max(FIRST_CELLS * 2, before.length * 2)];
        int mask = slots.length - 1;
        for (long slot : before) {
            if (slot != 0) {
                int at = (int) (slot >>> Integer.SIZE) & mask;
                while (slots[at] != 0) {
                    at = at + 1 & mask;
                }
                slots[at] = slot;
            }
        }
    }

    /** How many slots are looked at to find each ring once. */
    long probes() {
        long probes = 0;
        for (int at = 0; at < slots.length; at++) {
            int hash = (int) (slots[at] >>> Integer.SIZE);
            probes += slots[at] == 0 ? 0 : 1 + (at - hash & slots.length - 1);
        }
        return probes;
    }
}
