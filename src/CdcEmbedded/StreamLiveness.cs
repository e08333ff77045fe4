namespace CdcEmbedded;

/// <summary>What is known of a stream that is alive. Immutable; may be kept.</summary>
public sealed class StreamLiveness
{
    /// <summary>The engine's name.</summary>
    public required string Name { get; init; }

    /// <summary>The position after what was acknowledged last, or where the stream was opened. It is not stored by this.</summary>
    public required CdcOffset Position { get; init; }

    /// <summary>The engine's state at this moment, with the lag and the number of changes that wait for the application.</summary>
    public required EngineStatus Status { get; init; }
}
