package io.tallyflow.functions.wire;

import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Types that cross the network once per event, with serializers written by hand.
 *
 * @param <T> an immutable type
 */
public final class FramedType<T> extends TypeInformation<T> {

    /** What goes from the parser to the keyed operators. */
    public static final TypeInformation<EventOrProgress> EVENT_OR_PROGRESS =
            new FramedType<>(EventOrProgress.class, new EventOrProgressSerializer());

    /** What goes from the keyed operators to the lake's writers. */
    public static final TypeInformation<LakeRow> LAKE_ROW =
            new FramedType<>(LakeRow.class, new LakeRowSerializer());

    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final FramedSerializer<T> serializer;

    private FramedType(Class<T> type, FramedSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer.duplicate();
    }

    @Override
    public String toString() {
        return "framed " + type.getSimpleName();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FramedType<?> framed && framed.type == type;
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof FramedType<?>;
    }
}
