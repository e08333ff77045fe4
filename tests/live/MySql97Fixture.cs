using CdcEmbedded.ServerTests;
using CdcEmbedded.TestServers;

[assembly: AssemblyFixture(typeof(MySql97Fixture))]

namespace CdcEmbedded.ServerTests;

/// <summary>The shared MySQL 9.7 server. A test class receives it as a constructor parameter.</summary>
public sealed class MySql97Fixture() : ServerFixture(ServerKind.MySql97);
