package io.tallyflow.operations.imports;

/**
 * A line of a file that is no event.
 *
 * @param line from 1
 * @param reason name of a {@link io.tallyflow.schemas.event.RejectionReason}
 * @param detail one sentence for people; never the line itself
 */
public record BadLine(String file, long line, String reason, String detail) {

    @Override
    public String toString() {
        return file + " line " + line + ": " + reason + ": " + detail;
    }
}
