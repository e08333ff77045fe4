namespace CdcEmbedded.Diagnostics;

/// <summary>Waits for calls into code of the application that may never return.</summary>
internal static class AbandonedTasks
{
    /// <summary>Waits for a call until a token is cancelled. If it fails after that, nobody is waiting: the failure is observed, so that it
    /// does not reach <see cref="TaskScheduler.UnobservedTaskException"/>.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the wait, not the call.</param>
    public static ValueTask WaitObservedAsync(this ValueTask call, CancellationToken cancellationToken)
    {
        if (call.IsCompletedSuccessfully)
        {
            return call;
        }

        var task = call.AsTask();
        Observe(task);
        return new ValueTask(task.WaitAsync(cancellationToken));
    }

    /// <summary>The same for a call with a result.</summary>
    public static async ValueTask<T> WaitObservedAsync<T>(this ValueTask<T> call, CancellationToken cancellationToken)
    {
        var task = call.AsTask();
        await new ValueTask(task).WaitObservedAsync(cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <summary>Waits for a task for a limited time.</summary>
    /// <param name="task">The task.</param>
    /// <param name="bound">How long.</param>
    /// <param name="time">The clock.</param>
    /// <returns>False if the task is still running; if it fails later, the failure is observed.</returns>
    public static async ValueTask<bool> EndsWithinAsync(this Task task, TimeSpan bound, TimeProvider time)
    {
        Observe(task);
        try
        {
            await task.WaitAsync(bound, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!task.IsFaulted)
        {
            return task.IsCompleted;
        }
    }

    /// <summary>Waits for a task that does not fail, until a token is cancelled.</summary>
    public static async ValueTask WaitObservedOrNotAsync(this Task task, CancellationToken cancellationToken)
        => await task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static void Observe(Task task) => _ = task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
