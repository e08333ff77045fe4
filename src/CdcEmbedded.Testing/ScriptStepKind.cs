namespace CdcEmbedded.Testing;

/// <summary>What a step of a script does.</summary>
internal enum ScriptStepKind
{
    Begin,
    Change,
    Commit,
    Filtered,
    Heartbeat,
    Notice,
    Failure,
    Repeat,
    Wait,
    End,
}
