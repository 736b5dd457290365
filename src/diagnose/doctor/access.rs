//! Who the user is to the server, and what it may do.

use futures_util::future::join_all;
use k8s_openapi::api::{
    authentication::v1::SelfSubjectReview,
    authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec},
};

use super::{Blocked, Diagnosis, Name, State};
use crate::{
    client::Client,
    diagnose::rights::{Purpose, RIGHTS, Right},
    error::{ANONYMOUS, Error, grant, is_impersonation, refused_user},
};

const SUBJECT_REVIEWS: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const ACCESS_REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Asks the server who the user is; the name, where it says it.
pub async fn identity(diagnosis: &mut Diagnosis, client: &Client) -> Result<Option<String>, Blocked> {
    let review = client.create(SUBJECT_REVIEWS, &SelfSubjectReview::default()).await;
    let (user, more) = match review {
        Ok(SelfSubjectReview { status, .. }) => {
            let user = status.and_then(|status| status.user_info).unwrap_or_default();
            let groups = user.groups.unwrap_or_default().join(", ");
            (user.username, format!("groups: {groups}"))
        }
        // Where nobody may ask for it, the refusal says whom the server refused.
        Err(Error::Forbidden(message)) if !is_impersonation(&message) => {
            let user = refused_user(&message).map(str::to_owned);
            (user, "groups are not seen, since SelfSubjectReview is forbidden".to_owned())
        }
        Err(Error::NotFound(_)) => {
            diagnosis
                .unseen(Name::Identity, "this server has no SelfSubjectReview, as before Kubernetes 1.28");
            return Ok(None);
        }
        Err(error) => {
            diagnosis.met(Name::Identity, &error);
            return Err(Blocked(Name::Identity));
        }
    };
    match &user {
        Some(user) if user == ANONYMOUS => {
            let nobody = Error::Unauthorized;
            let hint = nobody.hint().unwrap_or_default();
            diagnosis.failed(Name::Identity, &format!("{user}: no credentials were accepted"), &hint);
        }
        Some(user) => diagnosis.passed(Name::Identity, &format!("{user}; {more}")),
        None => diagnosis.unseen(Name::Identity, "the server does not say who you are"),
    }
    Ok(user)
}

/// Asks the server about each right.
pub async fn rights(diagnosis: &mut Diagnosis, client: &Client, user: Option<&str>) {
    let answers = join_all(RIGHTS.iter().map(|right| is_granted(client, right))).await;
    let answers: Vec<(Right, Result<bool, Error>)> = RIGHTS.into_iter().zip(answers).collect();
    for (right, answer) in &answers {
        let name = Name::Right(*right);
        match answer {
            Ok(true) => diagnosis.passed(name, "granted"),
            Ok(false) => {
                let hint = grant(user.unwrap_or_default(), &flags(*right, &answers));
                diagnosis.failed(name, &format!("not granted: {}", right.loss()), &hint);
            }
            Err(error) => diagnosis.unseen(name, &format!("the server can't be asked about it: {error}")),
        }
    }
}

/// Whether the server has denied the right to list samples, without which there is nothing.
pub fn may_not_list(diagnosis: &Diagnosis) -> Option<Name> {
    let right = RIGHTS.into_iter().find(|right| right.purpose() == Purpose::Usage && right.verb == "list");
    right.map(Name::Right).filter(|name| diagnosis.state(*name) == State::Failed)
}

async fn is_granted(client: &Client, right: &Right) -> Result<bool, Error> {
    let attributes = ResourceAttributes {
        group: Some(right.group.to_owned()),
        resource: Some(right.resource.to_owned()),
        verb: Some(right.verb.to_owned()),
        ..ResourceAttributes::default()
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let review = client.create(ACCESS_REVIEWS, &review).await?;
    Ok(review.status.is_some_and(|status| status.allowed))
}

/// The flags of `rbac` that grant a right, and take none away that is granted already or that matters more.
fn flags(missing: Right, answers: &[(Right, Result<bool, Error>)]) -> Vec<&'static str> {
    let mut purposes = vec![missing.purpose()];
    purposes.extend(
        RIGHTS.map(|right| right.purpose()).into_iter().filter(|purpose| *purpose < missing.purpose()),
    );
    // What is granted for one purpose alone comes first, since it may bring what is granted for several.
    let mut granted: Vec<_> =
        answers.iter().filter(|(_, answer)| matches!(answer, Ok(true))).map(|(right, _)| right).collect();
    granted.sort_by_key(|right| right.purposes.len());
    for right in granted {
        if !right.purposes.iter().any(|purpose| purposes.contains(purpose)) {
            purposes.push(right.purpose());
        }
    }
    purposes.sort_unstable();
    purposes.dedup();
    purposes.into_iter().map(Purpose::flag).filter(|flag| !flag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granting_one_right_takes_no_other_away() {
        let answers = |granted: [bool; 8]| RIGHTS.into_iter().zip(granted.map(Ok)).collect::<Vec<_>>();
        let none = answers([false; 8]);
        assert_eq!(flags(RIGHTS[1], &none), [""; 0]);
        assert_eq!(flags(RIGHTS[3], &none), ["--with-percent"]);
        let all_but_one = answers([true, false, true, true, true, true, true, true]);
        assert_eq!(flags(RIGHTS[1], &all_but_one), ["--with-percent", "--with-requests", "--with-pods"]);
        let no_pods = answers([true, false, true, true, true, true, true, false]);
        assert_eq!(flags(RIGHTS[1], &no_pods), ["--with-percent", "--with-requests"]);
        let pods_alone = answers([true, true, false, false, false, true, false, true]);
        assert_eq!(flags(RIGHTS[3], &pods_alone), ["--with-percent", "--with-pods"]);
        assert_eq!(flags(RIGHTS[6], &pods_alone), ["--with-percent", "--with-requests", "--with-pods"]);
        let usage_alone = answers([true, true, false, false, false, false, false, false]);
        assert_eq!(flags(RIGHTS[5], &usage_alone), ["--with-percent", "--with-requests"]);
        assert_eq!(flags(RIGHTS[0], &usage_alone), [""; 0]);
    }
}
