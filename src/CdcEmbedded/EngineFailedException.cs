namespace CdcEmbedded;

/// <summary>One engine of a <see cref="CdcEngineGroup"/> has failed, which ends the group's loop.</summary>
/// <remarks><see cref="Exception.InnerException"/> is the exception with which the engine's own loop would have ended. The other engines
/// have stored what was acknowledged.</remarks>
public class EngineFailedException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="engine">The engine's name.</param>
    /// <param name="failure">Why it has failed.</param>
    public EngineFailedException(string engine, Exception failure)
        : base($"Engine '{engine}' has failed: {failure?.Message}", failure)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(failure);
        Engine = engine;
    }

    /// <summary>The name of the engine.</summary>
    public string Engine { get; }
}
