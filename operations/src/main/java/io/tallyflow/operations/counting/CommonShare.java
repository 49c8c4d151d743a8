package io.tallyflow.operations.counting;

/** The share that all workers of a pass count; it becomes smaller when one has no room for it. */
final class CommonShare {

    private volatile Share now;

    CommonShare(Share now) {
        this.now = now;
    }

    Share now() {
        return now;
    }

    /**
     * Leaves half of it to another pass.
     *
     * @param seen by who has no room: if another worker has halved it since, there may be room
     */
    synchronized void halve(Share seen) {
        if (now.equals(seen)) {
            now = seen.half();
        }
    }
}
