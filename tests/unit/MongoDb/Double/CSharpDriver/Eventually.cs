namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>Waits for what the driver does on its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns as soon as the condition holds; fails where it does not within half a minute.</summary>
    public static async Task TrueAsync(
        Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < _limit, $"Still not true: {text}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
