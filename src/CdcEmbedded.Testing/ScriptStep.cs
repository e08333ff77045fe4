using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>One step of a script.</summary>
internal sealed class ScriptStep
{
    public required ScriptStepKind Kind { get; init; }

    public ScriptedChange? Change { get; init; }

    /// <summary>Makes a notice or a schema change.</summary>
    public Func<SourcePosition, StreamItem>? Item { get; init; }

    public Exception? Failure { get; init; }

    public Task? Until { get; init; }

    /// <summary>How many times a failure or repetition still happens, over all connections.</summary>
    public int Remaining { get; set; }
}
