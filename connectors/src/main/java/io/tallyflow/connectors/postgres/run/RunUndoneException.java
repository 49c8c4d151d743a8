package io.tallyflow.connectors.postgres.run;

/** What a run rests on was taken back while it was under way. */
public final class RunUndoneException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RunUndoneException(CountingRun run) {
        super(
                "run "
                        + run.run()
                        + " was ended by others: the results were rewound to before the commit that"
                        + " registered the version, another version took its place, or another run was"
                        + " begun. Nothing of it is shown. Ask again");
    }
}
