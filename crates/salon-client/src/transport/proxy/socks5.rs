//! Tunnels through SOCKS5 proxies (RFC 1928), with a user and a password if need be (RFC 1929).

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::super::error::Failure;
use super::super::url::Url;

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
/// The version of the sub-negotiation (RFC 1929 section 2).
const USER_AND_PASSWORD_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

pub(super) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    url: &Url,
    user: Option<(&str, &str)>,
) -> Result<S, Failure> {
    authenticate(&mut stream, user).await?;
    stream.write_all(&connect_request(url)?).await?;
    read_answer(&mut stream).await?;
    Ok(stream)
}

async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    user: Option<(&str, &str)>,
) -> Result<(), Failure> {
    match user {
        None => stream.write_all(&[VERSION, 1, NO_AUTHENTICATION]).await?,
        Some(_) => {
            let methods = [VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD];
            stream.write_all(&methods).await?;
        }
    }
    match (read::<2, _>(stream).await?, user) {
        ([VERSION, NO_AUTHENTICATION], _) => Ok(()),
        ([VERSION, USER_AND_PASSWORD], Some((user, password))) => {
            stream.write_all(&credentials(user, password)?).await?;
            match read::<2, _>(stream).await? {
                [_, 0] => Ok(()),
                _ => Err(Failure::text("the proxy refuses this user or password")),
            }
        }
        ([VERSION, _], _) => Err(Failure::text("the proxy wants another authentication")),
        _ => Err(Failure::text("this is no SOCKS5 proxy")),
    }
}

fn credentials(user: &str, password: &str) -> Result<Vec<u8>, Failure> {
    let mut request = vec![USER_AND_PASSWORD_VERSION];
    push_short(&mut request, user)?;
    push_short(&mut request, password)?;
    Ok(request)
}

/// The proxy looks a name up itself: what we know of names may be of another network.
fn connect_request(url: &Url) -> Result<Vec<u8>, Failure> {
    let mut request = vec![VERSION, CONNECT, 0];
    match url.host().parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend_from_slice(&address.octets());
        }
        Err(_) => {
            request.push(NAME);
            push_short(&mut request, url.host())?;
        }
    }
    request.extend_from_slice(&url.port().to_be_bytes());
    Ok(request)
}

/// Appends a text behind its length, which is one byte.
fn push_short(request: &mut Vec<u8>, text: &str) -> Result<(), Failure> {
    let too_long = || Failure::text("SOCKS5 knows no name, user or password over 255 bytes");
    request.push(u8::try_from(text.len()).map_err(|_| too_long())?);
    request.extend_from_slice(text.as_bytes());
    Ok(())
}

async fn read_answer<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(), Failure> {
    let [version, code, _, kind] = read(stream).await?;
    if version != VERSION {
        return Err(Failure::text("this is no SOCKS5 proxy"));
    }
    if code != 0 {
        let why = format!("the proxy cannot reach the server: {}", refusal(code));
        return Err(Failure::text(why));
    }
    let length = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(stream.read_u8().await?),
        _ => return Err(Failure::text("this is no SOCKS5 proxy")),
    };
    // The address that the proxy uses, and its port: at most 257 bytes, and nothing to us.
    stream.read_exact(&mut vec![0; length + 2]).await?;
    Ok(())
}

/// RFC 1928 section 6.
const fn refusal(code: u8) -> &'static str {
    match code {
        2 => "not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "expired",
        7 => "it cannot connect at all",
        8 => "it does not know this kind of address",
        _ => "general failure",
    }
}

async fn read<const N: usize, S: AsyncRead + Unpin>(stream: &mut S) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    /// What the proxy says in turn, after it has got what it must get.
    async fn talk(
        url: &str,
        user: Option<(&str, &str)>,
        lines: &[(&[u8], &[u8])],
    ) -> Result<(), String> {
        let (ours, mut theirs) = duplex(1_024);
        let url = Url::parse(url).unwrap();
        let proxy = async {
            for (expected, answer) in lines {
                let mut got = vec![0; expected.len()];
                theirs.read_exact(&mut got).await.unwrap();
                assert_eq!(got, *expected);
                theirs.write_all(answer).await.unwrap();
            }
            drop(theirs);
        };
        let (result, ()) = tokio::join!(tunnel(ours, &url, user), proxy);
        match result {
            Ok(_) => Ok(()),
            Err(Failure::Io(error)) => Err(error.to_string()),
            Err(other) => panic!("{other:?}"),
        }
    }

    const HELLO: (&[u8], &[u8]) = (&[5, 1, 0], &[5, 0]);
    const DONE: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

    #[tokio::test]
    async fn a_name_is_looked_up_by_the_proxy() {
        let request = b"\x05\x01\x00\x03\x0bexample.com\x01\xbb";
        talk("https://example.com", None, &[HELLO, (request, DONE)])
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn an_address_goes_as_it_is() {
        let request = b"\x05\x01\x00\x01\x0a\x01\x02\x03\x0b\xb8";
        talk("http://10.1.2.3:3000", None, &[HELLO, (request, DONE)])
            .await
            .unwrap();
        let mut request = b"\x05\x01\x00\x04".to_vec();
        request.extend_from_slice(&[0; 15]);
        request.extend_from_slice(&[1, 0, 80]);
        let answer = b"\x05\x00\x00\x03\x04nameAB";
        talk("http://[::1]", None, &[HELLO, (&request, answer)])
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_user_and_a_password_are_told_when_asked_for() {
        let user = Some(("me", "pw"));
        let request: (&[u8], &[u8]) = (b"\x05\x01\x00\x03\x01a\x00\x50", DONE);
        let asked: (&[u8], &[u8]) = (&[5, 2, 0, 2], &[5, 2]);
        let told: (&[u8], &[u8]) = (b"\x01\x02me\x02pw", &[1, 0]);
        talk("http://a", user, &[asked, told, request])
            .await
            .unwrap();
        let not_asked: (&[u8], &[u8]) = (&[5, 2, 0, 2], &[5, 0]);
        talk("http://a", user, &[not_asked, request]).await.unwrap();
        let refused: (&[u8], &[u8]) = (b"\x01\x02me\x02pw", &[1, 1]);
        let error = talk("http://a", user, &[asked, refused]).await.unwrap_err();
        assert_eq!(error, "the proxy refuses this user or password");
    }

    #[tokio::test]
    async fn a_refusal_says_why() {
        let request = b"\x05\x01\x00\x03\x01a\x00\x50";
        for (answer, expected) in [
            (
                &[5, 5, 0, 1][..],
                "the proxy cannot reach the server: connection refused",
            ),
            (
                &[5, 99, 0, 1],
                "the proxy cannot reach the server: general failure",
            ),
            (&[4, 0, 0, 1], "this is no SOCKS5 proxy"),
            (&[5, 0, 0, 9], "this is no SOCKS5 proxy"),
        ] {
            let error = talk("http://a", None, &[HELLO, (request, answer)])
                .await
                .unwrap_err();
            assert_eq!(error, expected);
        }
        let methods: (&[u8], &[u8]) = (&[5, 1, 0], &[5, 0xff]);
        let error = talk("http://a", None, &[methods]).await.unwrap_err();
        assert_eq!(error, "the proxy wants another authentication");
        assert!(
            talk("http://a", None, &[(&[5, 1, 0], b"HT")])
                .await
                .is_err()
        );
        assert!(talk("http://a", None, &[HELLO]).await.is_err());
    }
}
