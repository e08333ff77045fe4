using System.Security.Authentication;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MySql.Tests.Protocol;

public sealed class ConnectionStringTests
{
    [Fact]
    public void Parse_of_an_empty_string_gives_the_safe_defaults()
    {
        var settings = MySqlConnectionString.Parse("");

        Assert.Equal([new MySqlHost("localhost", 3306)], settings.Hosts);
        Assert.Equal("", settings.User);
        Assert.Equal("", settings.Password);
        Assert.Null(settings.Database);
        Assert.Equal(MySqlSslMode.VerifyFull, settings.SslMode);
        Assert.Equal(TlsVerification.ChainAndName, settings.Tls.Verification);
        Assert.Equal(TimeSpan.FromSeconds(15), settings.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.CommandTimeout);
        Assert.False(settings.AllowPublicKeyRetrieval);
        Assert.False(settings.EnableCleartextPlugin);
    }

    [Theory]
    [InlineData("Server=db1", "db1:3306")]
    [InlineData("Host=db1;Port=3307", "db1:3307")]
    [InlineData("Data Source=db1", "db1:3306")]
    [InlineData("DataSource=db1", "db1:3306")]
    [InlineData("Address=db1", "db1:3306")]
    [InlineData("addr=db1", "db1:3306")]
    [InlineData("Network Address=db1", "db1:3306")]
    [InlineData("SERVER = db1 , db2:3310 ;Port=3307", "db1:3307,db2:3310")]
    [InlineData("Server=10.0.0.1:3308", "10.0.0.1:3308")]
    [InlineData("Server=::1", "[::1]:3306")]
    [InlineData("Server=fe80::1", "[fe80::1]:3306")]
    [InlineData("Server=[::1]", "[::1]:3306")]
    [InlineData("Server=[::1]:3309,db2", "[::1]:3309,db2:3306")]
    [InlineData("Server=/run/mysqld/mysqld.sock", "/run/mysqld/mysqld.sock")]
    [InlineData("Server=/tmp/s;Protocol=unix;Port=1", "/tmp/s")]
    public void Parse_reads_hosts(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', MySqlConnectionString.Parse(text).Hosts));

    [Theory]
    [InlineData("User ID=a;Password=b")]
    [InlineData("UserID=a;Pwd=b")]
    [InlineData("uid=a;pwd=b")]
    [InlineData("Username=a;PASSWORD=b")]
    [InlineData("User name=a;password='b'")]
    [InlineData("user=a;password=\"b\"")]
    public void Parse_reads_user_and_password_under_every_name(string text)
    {
        var settings = MySqlConnectionString.Parse(text);
        Assert.Equal(("a", "b"), (settings.User, settings.Password));
    }

    [Theory]
    [InlineData("Password='a;b=c'", "a;b=c")]
    [InlineData("Password=\"it's\"", "it's")]
    [InlineData("Password='it''s'", "it's")]
    [InlineData("Password=' x '", " x ")]
    [InlineData("Password=päß", "päß")]
    [InlineData("Password=", "")]
    public void Parse_reads_quoted_values(string text, string password) =>
        Assert.Equal(password, MySqlConnectionString.Parse(text).Password);

    [Theory]
    [InlineData("None", MySqlSslMode.Disabled, TlsVerification.None)]
    [InlineData("disabled", MySqlSslMode.Disabled, TlsVerification.None)]
    [InlineData("Preferred", MySqlSslMode.Preferred, TlsVerification.None)]
    [InlineData("required", MySqlSslMode.Required, TlsVerification.None)]
    [InlineData("VerifyCA", MySqlSslMode.VerifyCA, TlsVerification.Chain)]
    [InlineData("verify_ca", MySqlSslMode.VerifyCA, TlsVerification.Chain)]
    [InlineData("VerifyFull", MySqlSslMode.VerifyFull, TlsVerification.ChainAndName)]
    [InlineData("VERIFY_IDENTITY", MySqlSslMode.VerifyFull, TlsVerification.ChainAndName)]
    public void Parse_reads_the_ssl_mode(string text, object mode, object verification)
    {
        var settings = MySqlConnectionString.Parse($"SSL Mode={text}");
        Assert.Equal((mode, verification), (settings.SslMode, settings.Tls.Verification));
    }

    [Fact]
    public void Parse_reads_everything_else()
    {
        var settings = MySqlConnectionString.Parse(
            "Database=shop;SSL CA=ca.pem;SslCert=c.pem;Ssl Key=k.pem;TLS Version='TLS 1.2, TLS 1.3';Connection Timeout=3;"
            + "Default Command Timeout=0;Keep Alive=7;AllowPublicKeyRetrieval=yes;Server RSA Public Key File=r.pem;"
            + "Enable Cleartext Plugin=true;Application Name=indexer");

        Assert.Equal("shop", settings.Database);
        Assert.Equal(("ca.pem", "c.pem", "k.pem"), (settings.Tls.CaFile, settings.Tls.CertificatePemFile, settings.Tls.KeyPemFile));
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, settings.Tls.Protocols);
        Assert.Equal((3, 0, 7), (settings.ConnectTimeout.Seconds, settings.CommandTimeout.Seconds, settings.KeepAlive.Seconds));
        Assert.True(settings.AllowPublicKeyRetrieval);
        Assert.Equal("r.pem", settings.ServerRsaPublicKeyFile);
        Assert.True(settings.EnableCleartextPlugin);
        Assert.Equal("indexer", settings.ApplicationName);
        var pfx = MySqlConnectionString.Parse("CACertificateFile=ca.pem;CertificateFile=c.pfx;Certificate Password=p").Tls;
        Assert.Equal(("ca.pem", "c.pfx", "p"), (pfx.CaFile, pfx.CertificatePfxFile, pfx.CertificatePfxPassword));
    }

    [Theory]
    [InlineData("Pooling=false;Max Pool Size=3;MinimumPoolSize=1;Connection Lifetime=9;Load Balance=Random")]
    [InlineData("CharSet=utf8mb4;Allow User Variables=true;Convert Zero Datetime=1;GuidFormat=None;Use Compression=true;Server SPN=x")]
    public void Parse_ignores_keys_of_MySqlConnector_without_a_meaning_here(string text) =>
        Assert.Equal("localhost:3306", MySqlConnectionString.Parse(text).Hosts[0].ToString());

    [Theory]
    [InlineData("Passwrod=hunter2", "'Passwrod' is not known")]
    [InlineData("Certificate Thumbprint=hunter2", "'Certificate Thumbprint' is not supported")]
    [InlineData("TlsCipherSuites=hunter2", "not supported")]
    [InlineData("Server=a;Host=hunter2", "'Server' and 'Host'")]
    [InlineData("SslMode=None;SSL Mode=hunter2", "same thing twice")]
    [InlineData("Port=hunter2", "'Port' must be a number")]
    [InlineData("Port=0", "'Port'")]
    [InlineData("Port=65536", "'Port'")]
    [InlineData("Server=db:hunter2", "'Server' has a host or port")]
    [InlineData("Server=db:0", "'Server'")]
    [InlineData("Server=,", "'Server' names no host")]
    [InlineData("Server=hunter2;Protocol=unix", "path of a Unix domain socket")]
    [InlineData("Protocol=hunter2", "'Protocol' must be")]
    [InlineData("SslMode=hunter2", "'SslMode' must be")]
    [InlineData("Tls Version=TLS 1.0", "'Tls Version' must be")]
    [InlineData("Connection Timeout=-1", "'Connection Timeout'")]
    [InlineData("Connection Timeout=hunter2", "'Connection Timeout'")]
    [InlineData("Keepalive=99999999999", "'Keepalive'")]
    [InlineData("AllowPublicKeyRetrieval=hunter2", "must be true or false")]
    [InlineData("SslKey=hunter2", "'SslKey' needs SslCert")]
    [InlineData("SslCert=a;CertificateFile=hunter2", "one client certificate")]
    [InlineData("Password=\"hunter2", "malformed")]
    [InlineData("hunter2", "malformed")]
    [InlineData("=hunter2", "malformed")]
    [InlineData("Password=a\0hunter2", "")]
    public void Parse_of_an_invalid_string_names_the_key_and_not_the_value(string text, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => MySqlConnectionString.Parse(text));
        Assert.Contains(expected, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_shows_no_password()
    {
        var settings = MySqlConnectionString.Parse("Server=db;User ID=u;Password=hunter2;CertificateFile=f;CertificatePassword=hunter2");
        Assert.Equal("Server=db:3306;User ID=u;SslMode=VerifyFull", settings.ToString());
        Assert.DoesNotContain("hunter2", settings.Tls.ToString(), StringComparison.Ordinal);
    }
}
