package io.tallyflow.functions.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one window by name: one ring per subject and group, found by open addressing with
 * linear probing, at most half full. A lookup makes no object; the further readings of an event
 * that are grouped alike are found beside the first.
 */
final class CellTable {

    private static final int FIRST_SLOTS = 8;

    private @Nullable Cell[] slots = new @Nullable Cell[FIRST_SLOTS];
    private int rings;
    private int size;

    private @Nullable String askedSubject;
    private @Nullable String askedGroup;

    /** The last cell that was found of these two; null if there is none. */
    private @Nullable Cell asked;

    /** The cell of a name, or null. */
    @Nullable Cell find(String meter, String subject, String group) {
        boolean again = isAskedAgain(subject, group);
        Cell near = nearest(subject, group);
        if (near == null) {
            return null;
        }
        // Readings come in the order of the definitions, and so do the cells of a ring.
        Cell first = again ? near.next() : near;
        Cell cell = first;
        while (!cell.isOfMeter(meter)) {
            cell = cell.next();
            if (cell == first) {
                return null;
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
    private @Nullable Cell nearest(String subject, String group) {
        if (!isAskedAgain(subject, group)) {
            asked = slots[slotOf(slots, Cell.hash(subject, group), subject, group)];
            askedSubject = subject;
            askedGroup = group;
        }
        return asked;
    }

    /** The slot of a ring, or the empty one that it would take. */
    private static int slotOf(@Nullable Cell[] slots, int hash, String subject, String group) {
        int mask = slots.length - 1;
        int at = hash & mask;
        Cell cell = slots[at];
        while (cell != null && !cell.isOf(hash, subject, group)) {
            at = at + 1 & mask;
            cell = slots[at];
        }
        return at;
    }

    /** Adds a cell whose name no other has. */
    void add(Cell cell) {
        Cell near = nearest(cell.subject(), cell.group());
        if (near == null) {
            addRing(cell);
        } else {
            near.putNext(cell);
        }
        asked = cell;
        size++;
    }

    private void addRing(Cell cell) {
        if (rings >= slots.length / 2) {
            grow();
        }
        slots[slotOf(slots, cell.hash(), cell.subject(), cell.group())] = cell;
        rings++;
    }

    private void grow() {
        @Nullable Cell[] larger = new @Nullable Cell[slots.length * 2];
        for (Cell ring : slots) {
            if (ring != null) {
                larger[slotOf(larger, ring.hash(), ring.subject(), ring.group())] = ring;
            }
        }
        slots = larger;
    }

    /** How many cells there are. */
    int size() {
        return size;
    }

    /** Gives all cells, ring by ring. */
    void forEach(Consumer<Cell> consumer) {
        for (Cell ring : slots) {
            Cell cell = ring;
            while (cell != null) {
                consumer.accept(cell);
                cell = cell.next() == ring ? null : cell.next();
            }
        }
    }

    /** All cells, ring by ring. */
    List<Cell> toList() {
        List<Cell> all = new ArrayList<>(size);
        forEach(all::add);
        return all;
    }

    void clear() {
        slots = new @Nullable Cell[FIRST_SLOTS];
        rings = 0;
        size = 0;
        askedSubject = null;
        askedGroup = null;
        asked = null;
    }
}
