package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.Serializable;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Opens what holds the open windows, once per subtask. */
@FunctionalInterface
interface WindowStore extends Serializable {

    /** In memory, of which a checkpoint holds blocks of what changed. */
    WindowStore IN_MEMORY =
            (backend, aggregations, rules, taskManager, output) ->
                    new OpenWindows(
                            aggregations,
                            new WindowState(backend),
                            output,
                            rules.memory().ofWindows(taskManager),
                            rules.mostGroups());

    /**
     * Opens it, without any window.
     *
     * @param aggregations of the meters by slug: cells keep what these can show, and everything
     *     where a slug is missing
     * @param taskManager its settings, for shares of memory
     * @param output hears what windows have to say
     */
    Windows open(
            KeyedStateBackend<Integer> backend,
            Map<String, Aggregation> aggregations,
            AggregateRules rules,
            Configuration taskManager,
            WindowOutput output)
            throws Exception;
}
