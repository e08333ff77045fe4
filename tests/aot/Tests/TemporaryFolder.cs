namespace CdcEmbedded.PublishTests;

/// <summary>A folder that goes with the tests. What the build makes for them is in it, so that it meets no other build.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdc-publish-");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
