package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.hash.PartsHash;
import io.tallyflow.schemas.measure.Aggregation;
import java.util.Map;

/**
 * What all open windows of a subtask have in common.
 *
 * @param aggregations of the meters by slug
 * @param texts of the cells
 * @param hash of distinct values: with its buffer it takes far more than a window of few values
 */
record SharedByWindows(
        WindowState state, Map<String, Aggregation> aggregations, KeptTexts texts, PartsHash hash) {

    SharedByWindows(WindowState state, Map<String, Aggregation> aggregations) {
        this(state, aggregations, new KeptTexts(), new PartsHash());
    }
}
