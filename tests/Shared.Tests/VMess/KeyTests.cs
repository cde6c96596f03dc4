using System.Security.Cryptography;
using System.Text.Json;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;
using Tunnel.Shared.VMess.Server;

namespace Tunnel.Shared.Tests.VMess;

public sealed class KeyTests
{
    [Fact]
    public void An_id_gives_the_recorded_bytes_and_keys()
    {
        foreach (var vector in Vectors.Cases("cmdkey"))
        {
            var id = Id(vector.Text("uuid"));
            Assert.Equal(vector.Hex("uuid_bytes"), id.Bytes.ToArray());
            Assert.Equal(vector.Hex("cmd_key"), id.CommandKey.ToArray());
            Assert.Equal(vector.Text("uuid"), id.Reveal());
            var alterIds = vector.GetProperty("alter_ids").EnumerateArray().Select(static e => e.GetString()).ToArray();
            Assert.Equal(alterIds, id.AlterIds(alterIds.Length).Select(static alter => new VMessId(alter).Reveal()));
        }
    }

    [Theory]
    [InlineData("278487397e6241389fd3098a63964b6b", true)]
    [InlineData("27848739-7E624138-9fd3098a63964b6b", true)]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6", false)]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6bb", false)]
    [InlineData("27848739--7e62-4138-9fd3-098a63964b6b", false)]
    [InlineData("2784-87397e62-4138-9fd3-098a63964b6b", false)]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6b-", false)]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6g", false)]
    [InlineData("my password", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_id_is_a_UUID_with_or_without_dashes(string? text, bool valid)
    {
        Assert.Equal(valid, VMessId.TryParse(text, out var id));
        Assert.Equal(valid ? Vectors.ManualId : null, id?.Reveal());
    }

    [Fact]
    public void An_id_does_not_print_itself() => Assert.DoesNotContain("7e62", Id(Vectors.ManualId).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Keys_are_derived_as_recorded()
    {
        foreach (var vector in Vectors.Cases("kdf"))
        {
            var key = vector.Hex("key");
            byte[][] path = vector.GetProperty("path_hex") is { ValueKind: JsonValueKind.Array } array
                ? [.. array.EnumerateArray().Select(static e => Convert.FromHexString(e.GetString()!))]
                : [];
            foreach (var (property, length) in new[] { ("kdf", 32), ("kdf16", 16), ("kdf12", 12) })
            {
                var output = new byte[length];
                VMessKdf.Derive(key, path.Length switch { 0 => default, 1 => new KdfPath(path[0]), _ => new KdfPath(path[0], path[1], path[2]) }, output);
                Assert.Equal(vector.Hex(property), output);
            }
        }
    }

    [Fact]
    public void An_authId_is_written_and_read_as_recorded()
    {
        var user = new VMessUser(Id(Vectors.ManualId));
        using var table = new UserTable([new VMessUser(VMessId.Generate()), user]);
        foreach (var vector in Vectors.Cases("authid"))
        {
            Assert.Equal(vector.Hex("cmd_key"), user.Id.CommandKey.ToArray());
            var time = vector.GetProperty("time").GetInt64();
            var authId = new byte[VMessAuthId.Size];
            VMessAuthId.Write(authId, user.Id, time, vector.Hex("random4"));
            Assert.Equal(vector.Hex("auth_id"), authId);
            Assert.Equal((user, time), table.Find(authId));
        }

        Assert.Null(table.Find(new byte[VMessAuthId.Size]));
    }

    [Fact]
    public void Shake128_is_the_platforms_whatever_the_lengths()
    {
        Assert.True(Shake128.IsSupported);
        var random = new Random(1);
        for (var seedLength = 0; seedLength < 400; seedLength++)
        {
            var seed = new byte[seedLength];
            random.NextBytes(seed);
            var expected = Shake128.HashData(seed, seedLength == 16 ? 20_000 : random.Next(1, 700));
            var stream = new Shake128Stream(seed);
            var actual = new byte[expected.Length];
            for (var at = 0; at < actual.Length;)
            {
                var piece = Math.Min(random.Next(1, 100), actual.Length - at);
                stream.Read(actual.AsSpan(at, piece));
                at += piece;
            }

            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Cfb_is_the_platforms_and_can_stop_anywhere()
    {
        var random = new Random(2);
        byte[] key = new byte[16], iv = new byte[16], plain = new byte[16 * 50];
        random.NextBytes(key);
        random.NextBytes(iv);
        random.NextBytes(plain);
        using var aes = Aes.Create();
        aes.Key = key;
        var expected = aes.EncryptCfb(plain, iv, PaddingMode.None, feedbackSizeInBits: 128);

        using var encryptor = new AesCfb128(key, iv);
        using var decryptor = new AesCfb128(key, iv);
        var data = plain.ToArray();
        for (var at = 0; at < data.Length;)
        {
            var piece = data.AsSpan(at, Math.Min(random.Next(1, 40), data.Length - at));
            encryptor.Encrypt(piece);
            Assert.Equal(expected.AsSpan(at, piece.Length), piece);
            decryptor.Decrypt(piece);
            at += piece.Length;
        }

        Assert.Equal(plain, data);
    }

    internal static VMessId Id(string text)
    {
        Assert.True(VMessId.TryParse(text, out var id));
        return id!;
    }
}
