namespace CdcEmbedded.Sources;

/// <summary>A mark between two entries of a stream: says when the application has acknowledged everything before it. Thread-safe.</summary>
internal sealed class AcknowledgementProbe
{
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything before it is acknowledged; never if the stream ends before.</summary>
    public Task Acknowledged => _acknowledged.Task;

    public void Set() => _acknowledged.TrySetResult();
}
