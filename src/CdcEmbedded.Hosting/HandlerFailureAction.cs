using CdcEmbedded.DeadLetters;

namespace CdcEmbedded.Hosting;

/// <summary>What happens to a change that its handler could not handle, after the last attempt.</summary>
public enum HandlerFailureAction
{
    /// <summary>The stream stops with the failure and starts again, as <see cref="RestartOptions"/> say: nothing after the change is
    /// handled until it is.</summary>
    Fail,

    /// <summary>The change is skipped, with an error in the log.</summary>
    Skip,

    /// <summary>The change is stored as a <see cref="DeadLetter"/>, with an error in the log, and the stream continues.</summary>
    DeadLetter,
}
