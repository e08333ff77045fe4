using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>A host with one stream, "test", whose handlers are called once for a change before it becomes a dead letter.</summary>
internal static class HostedStream
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Builds the host.</summary>
    /// <param name="connection">The connection string with the name "mongo".</param>
    /// <param name="build">Sets the source and the store of offsets.</param>
    /// <param name="letters">The store of dead letters.</param>
    /// <param name="handlers">How many handlers run at once.</param>
    /// <param name="handle">The handler.</param>
    public static IHost Create(string connection, Action<CdcBuilder> build, IDeadLetterStore letters, int handlers,
        Func<ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:mongo"] = connection;
        build(builder.Services.AddCdc("test").StoreDeadLettersIn(_ => letters).ParallelByKey(handlers).Configure(options =>
        {
            options.LeaseDuration = null;
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle(handle));
        return builder.Build();
    }

    /// <summary>Waits for something that the host does.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(_patience);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
