package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.programs.ProgramName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a program's name as it is typed. */
final class ProgramNames implements ITypeConverter<ProgramName> {

    @Override
    public ProgramName convert(String label) {
        ProgramName name = ProgramName.labelled(label);
        if (name == null) {
            throw new TypeConversionException(
                    "there is no program " + label + ": choose from " + ProgramName.labels());
        }
        return name;
    }
}
