package io.tallyflow.operations.imports;

/** Sends nothing, and says what would come of it. */
final class CountingImport implements ImportPass.Taker {

    private final ImportedChanges changes;
    private long known;
    private long sent;

    CountingImport(ImportedChanges changes) {
        this.changes = changes;
    }

    @Override
    public void begins(LakeMoment moment) {}

    @Override
    public void takes(SourcedEvent event) {
        sent++;
        changes.add(event.event());
    }

    @Override
    public void knows(SourcedEvent event) {
        known++;
    }

    @Override
    public void ends() {}

    long known() {
        return known;
    }

    /** That would be. */
    long sent() {
        return sent;
    }
}
