package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one window, numbered from 0 in the order in which they came, in arrays: there is no
 * object per cell. Cells of one subject and group stand in a ring, one per meter; rings are found
 * by open addressing with linear probing, at most half full. A lookup makes no object, and the
 * further readings of an event that are grouped alike are found beside the first.
 */
final class CellTable {

    /** No cell. */
    static final int NONE = -1;

    private static final int FIRST_CELLS = 4;

    /** What a table without cells has in the place of its arrays; nothing is ever put there. */
    private static final long[] NO_SLOTS = new long[1];

    private static final @Nullable String[] NO_TEXTS = new @Nullable String[0];
    private static final int[] NO_NUMBERS = {};

    private static final int TEXTS = 3;
    private static final int METER = 0;
    private static final int SUBJECT = 1;
    private static final int GROUP = 2;
    private static final int BYTES_OF_REFERENCE = 4;
    private static final int BYTES_OF_TEXT = 56;

    /** The hash of a ring in the high half, one of its cells plus one in the low half; or zero. */
    private long[] slots;

    private @Nullable String[] texts;

    /** The cell behind each in its ring; itself if it is alone. */
    private int[] next;

    private CellNumbers numbers;

    private int[] changed;
    private int changes;
    private int rings;
    private int size;
    private long bytesOfTexts;

    private @Nullable String askedSubject;
    private @Nullable String askedGroup;

    /** The last cell that was found of these two; {@link #NONE} if there is none. */
    private int asked;

    CellTable() {
        clear();
    }

    void clear() {
        slots = NO_SLOTS;
        texts = NO_TEXTS;
        next = NO_NUMBERS;
        numbers = new CellNumbers();
        changed = NO_NUMBERS;
        changes = 0;
        rings = 0;
        size = 0;
        bytesOfTexts = 0;
        forgetAsked();
    }

    private void forgetAsked() {
        askedSubject = null;
        askedGroup = null;
        asked = NONE;
    }

    /** How many cells there are. */
    int size() {
        return size;
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) slots.length * Long.BYTES
                + (long) next.length * (2 * Integer.BYTES + TEXTS * BYTES_OF_REFERENCE)
                + numbers.bytes()
                + bytesOfTexts;
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
                text(cell, METER),
                text(cell, SUBJECT),
                text(cell, GROUP),
                window.getStart(),
                window.getEnd());
    }

    private String text(int cell, int which) {
        String text = texts[cell * TEXTS + which];
        if (text == null) {
            throw new IndexOutOfBoundsException("no cell " + cell);
        }
        return text;
    }

    /** The cell of a name, or {@link #NONE}. */
    int find(String meter, String subject, String group) {
        boolean again = isAskedAgain(subject, group);
        int near = nearest(subject, group);
        if (near == NONE) {
            return NONE;
        }
        // Readings come in the order of the definitions, and so do the cells of a ring.
        int first = again ? next[near] : near;
        int cell = first;
        while (!meter.equals(texts[cell * TEXTS + METER])) {
            cell = next[cell];
            if (cell == first) {
                return NONE;
            }
        }
        asked = cell;
        return cell;
    }

    /** Equal texts of another event are looked up: that is cheaper than to compare them. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isAskedAgain(String subject, String group) {
        return askedSubject == subject && askedGroup == group;
    }

    /** A cell of the ring of this subject and group. */
    private int nearest(String subject, String group) {
        if (!isAskedAgain(subject, group)) {
            asked = cellAt(slots[slotOf(hash(subject, group), subject, group)]);
            askedSubject = subject;
            askedGroup = group;
        }
        return asked;
    }

    private static int hash(String subject, String group) {
        int mixed = 31 * subject.hashCode() + group.hashCode();
        mixed *= 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    /** The slot of a ring, or the empty one that it would take. */
    private int slotOf(int hash, String subject, String group) {
        int mask = slots.length - 1;
        int at = hash & mask;
        while (slots[at] != 0 && !isOf(slots[at], hash, subject, group)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private boolean isOf(long slot, int hash, String subject, String group) {
        int from = cellAt(slot) * TEXTS;
        return (int) (slot >>> Integer.SIZE) == hash
                && subject.equals(texts[from + SUBJECT])
                && group.equals(texts[from + GROUP]);
    }

    private static int cellAt(long slot) {
        return (int) slot - 1;
    }

    /**
     * Adds a cell whose name no other has, without readings.
     *
     * @param aggregation of its meter; null if it is not known
     */
    int add(String meter, String subject, String group, @Nullable Aggregation aggregation) {
        if (size == next.length) {
            grow();
        }
        int cell = size;
        texts[cell * TEXTS + METER] = meter;
        texts[cell * TEXTS + SUBJECT] = subject;
        texts[cell * TEXTS + GROUP] = group;
        numbers.begin(cell, aggregation);
        int near = nearest(subject, group);
        if (near == NONE) {
            addRing(cell, subject, group);
        } else {
            next[cell] = next[near];
            next[near] = cell;
        }
        asked = cell;
        size++;
        return cell;
    }

    private void addRing(int cell, String subject, String group) {
        if (rings == slots.length / 2) {
            spread();
        }
        int hash = hash(subject, group);
        slots[slotOf(hash, subject, group)] = (long) hash << Integer.SIZE | cell + 1;
        next[cell] = cell;
        rings++;
        bytesOfTexts += BYTES_OF_TEXT + subject.length();
    }

    private void grow() {
        int capacity = more(next.length);
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
}
