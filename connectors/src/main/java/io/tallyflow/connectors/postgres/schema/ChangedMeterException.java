package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.connectors.refusal.StartRefusal;
import java.util.List;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A meter was given another meaning under the slug that it had. Its past was counted by the old
 * meaning, so totals would mix both; the message names every slug and field.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class ChangedMeterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ChangedMeterException(List<String> problems) {
        super(StartRefusal.METER_CHANGED.saying(String.join("\n", problems)));
    }
}
